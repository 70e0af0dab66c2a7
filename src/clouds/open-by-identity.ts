/** @throws where a cloud lets in whom its IAM knows, from anywhere, and networks are asked for. */
export function refuseNetworks(what: string, allowedCidrs: readonly string[] = []): void {
  if (allowedCidrs.length === 0) return;
  throw new Error(`allowedCidrs of ${what} has ${allowedCidrs.join(', ')}, but on this cloud IAM decides who may reach it, from anywhere; leave it out`);
}
