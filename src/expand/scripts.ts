/**
 * The programs of the steps `check` and `publish`, for the shell and tools of the rclone image (busybox).
 *
 * They take everything from their environment: DESTINATION (a path for rclone), RECIPE_FILE, RECIPE_DIGEST, IMAGE and IMAGE_DIGEST.
 * What they learned goes to the termination log, as one line of JSON. Nothing in them relies on an object that is
 * not there being told from one that must not be seen: to who may list a prefix only, S3 answers both with 403.
 */

/** Exit code of what no other attempt would change: the Job fails at once. Any other failure is tried again. */
export const HOPELESS = 65;

/** How the programs end: `fail` where another attempt may succeed, `give_up` where it cannot. */
export const ENDINGS = `set -eu
tmp="\${TMPDIR:-/tmp}"
log="\${TERMINATION_LOG:-/dev/termination-log}"
fail() { printf '%s\\n' "$1" >&2; printf '%s\\n' "$1" > "$log"; exit "\${2:-1}"; }
give_up() { fail "$1" ${HOPELESS}; }
`;

/** Sets \`manifest\` to the published manifest, if there is one. Any other answer than «not there» ends the program. */
const FIND_MANIFEST = `${ENDINGS}manifest="$tmp/published.json"
field() { sed -n "s/^\\"$1\\": \\"\\{0,1\\}\\([^\\",]*\\)\\"\\{0,1\\},\\{0,1\\}$/\\1/p" "$manifest"; }
report() {
  printf '{"published":true,"contentDigest":"%s","bytes":%s,"files":%s}\\n' "$(field contentDigest)" "$(field bytes)" "$(field fileCount)" > "$log"
}
rclone cat "$DESTINATION/manifest.json" > "$manifest" || case $? in
  3|4) : > "$manifest" ;;
  *) fail "cannot read $DESTINATION/manifest.json" ;;
esac
if [ -s "$manifest" ] && [ "$(field recipeDigest)" != "$RECIPE_DIGEST" ]; then
  give_up "$DESTINATION/manifest.json is not of recipe $RECIPE_DIGEST"
fi
`;

/** Is the artifact there already? */
export const CHECK_SCRIPT = `${FIND_MANIFEST}
if [ -s "$manifest" ]; then
  report
  echo "already published: $DESTINATION"
else
  echo '{"published":false}' > "$log"
  echo "not yet published: $DESTINATION"
fi
`;

/**
 * Copies what was verified (verify-script.ts) from the staging volume to the store, verifies the copy, and writes the manifest last,
 * so that a partial artifact is never visible. This is the container with the credential: it opens the files of the list by paths
 * without a link in them, and follows no link.
 */
export const PUBLISH_SCRIPT = `${FIND_MANIFEST}
if [ -s "$manifest" ]; then
  report
  echo "already published: $DESTINATION"
  exit 0
fi
verified="$tmp/verified"
count=$(wc -l < "$verified/files" | tr -d ' ')
bytes=$(sed 's/.*"size":\\([0-9]*\\),.*/\\1/' "$verified/files" | awk '{ sum += $1 } END { printf "%.0f", sum }')
echo "publishing $count files, $bytes bytes, to $DESTINATION"
found=0; rclone lsf "$DESTINATION/files" -R --files-only > "$tmp/there" || found=$?
case $found in 0|3|4) ;; *) fail "cannot list $DESTINATION/files" ;; esac
if ! awk -F '\\t' 'NR == FNR { wanted[$1] = 1; next } !($0 in wanted) { exit 1 }' "$verified/names" "$tmp/there"; then
  echo "removing what an earlier attempt left"
  rclone purge "$DESTINATION/files" || fail "cannot remove what an earlier attempt left in $DESTINATION/files"
fi
while IFS="$(printf '\\t')" read -r list from to; do
  set -- "$SOURCE/$from" "$DESTINATION/files/$to" --skip-links
  if [ "$list" = - ]; then
    rclone copyto --stats 30s --stats-one-line --verbose "$@" || fail "cannot copy to $DESTINATION/files"
  else
    set -- "$@" --files-from-raw "$verified/$list"
    rclone copy --stats 30s --stats-one-line --verbose "$@" || fail "cannot copy to $DESTINATION/files"
    rclone check --one-way "$@" || fail "what was copied to $DESTINATION/files differs from its source"
  fi
done < "$verified/copies"
arrived=$(rclone lsf "$DESTINATION/files" -R --files-only | wc -l)
[ "$arrived" -eq "$count" ] || fail "$DESTINATION/files has $arrived files where $count were to be copied; has the staging volume changed meanwhile?"
{
  printf '{\\n"version": 1,\\n'
  printf '"recipeDigest": "%s",\\n' "$RECIPE_DIGEST"
  printf '"contentDigest": "sha256:%s",\\n' "$(sha256sum < "$verified/files" | cut -d ' ' -f 1)"
  printf '"bytes": %s,\\n"fileCount": %s,\\n' "$bytes" "$count"
  printf '"image": "%s",\\n"imageDigest": "%s",\\n' "$IMAGE" "$IMAGE_DIGEST"
  [ -z "\${PROGRAM:-}" ] || printf '"program": "%s",\\n' "$PROGRAM"
  printf '"recipe": %s,\\n' "$(cat "$RECIPE_FILE")"
  printf '"files": [\\n'
  sed '$!s/$/,/' "$verified/files"
  printf ']\\n}\\n'
} > "$manifest"
rclone copyto --no-check-dest "$manifest" "$DESTINATION/manifest.json" || fail "cannot write $DESTINATION/manifest.json"
rclone cat "$DESTINATION/manifest.json" | cmp -s - "$manifest" || fail "$DESTINATION/manifest.json is not what was written"
report
echo "published $DESTINATION"
`;

/**
 * Deletes an artifact: the manifest first, so that nobody takes a partial artifact for a whole one. An absent one is a success; of a
 * directory that is not there, `purge` says 1 as of any failure, and `lsf` says 3.
 */
export const DELETE_SCRIPT = `${ENDINGS}gone() { case $1 in 0|3|4) ;; *) fail "$2" ;; esac; }
status=0; rclone deletefile "$DESTINATION/manifest.json" || status=$?
gone "$status" "cannot delete $DESTINATION/manifest.json"
status=0; rclone purge "$DESTINATION" || status=$?
[ "$status" -ne 1 ] || rclone lsf "$DESTINATION" > /dev/null || status=$?
gone "$status" "cannot delete $DESTINATION"
echo "deleted $DESTINATION"
`;

/**
 * On a file system nobody writes to a published artifact any more, as far as its permissions go: they hold for everybody but its root.
 * Also for what an earlier attempt has published, which may have ended before this.
 */
const KEEP = `status=$?
[ "$status" -eq 0 ] || exit "$status"
chmod -R a-w "$DESTINATION" || { echo "cannot make $DESTINATION read-only" > "\${TERMINATION_LOG:-/dev/termination-log}"; exit 1; }
`;

const RELEASE = `[ ! -d "$DESTINATION" ] || chmod -R u+w "$DESTINATION"
`;

interface Store {
  readonly keepsFiles?: boolean;
}

/** In a shell of its own, for it ends the shell that it runs in. */
export function publishScript({ keepsFiles }: Store): string {
  return keepsFiles ? `(\n${PUBLISH_SCRIPT})\n${KEEP}` : PUBLISH_SCRIPT;
}

export function deleteScript({ keepsFiles }: Store): string {
  return keepsFiles ? RELEASE + DELETE_SCRIPT : DELETE_SCRIPT;
}
