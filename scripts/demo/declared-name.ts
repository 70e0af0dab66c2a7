/** The name in the program of `Model team-a/opt-b9djmkfx`: an artifact's without the digest that is appended to it. */
export function declaredName(resource: string): string {
  const name = resource.slice(resource.indexOf('/') + 1);
  return /^(Model|Dataset) /.test(resource) ? name.replace(/-[0-9a-z]{8}$/, '') : name;
}
