/**
 * The programs of the steps `check` and `publish`, for the shell and tools of the rclone image (busybox).
 *
 * They take everything from their environment: SOURCE, DESTINATION (paths for rclone), RECIPE_FILE, RECIPE_DIGEST, IMAGE and
 * IMAGE_DIGEST. What they learned goes to the termination log, as one line of JSON. Nothing in them relies on an object that is
 * not there being told from one that must not be seen: to who may list a prefix only, S3 answers both with 403.
 */

/** Sets \`manifest\` to the published manifest, if there is one. Any other answer than «not there» ends the program. */
const FIND_MANIFEST = `set -eu
tmp="\${TMPDIR:-/tmp}"
log="\${TERMINATION_LOG:-/dev/termination-log}"
manifest="$tmp/published.json"
fail() { echo "$1" >&2; echo "$1" > "$log"; exit 1; }
field() { sed -n "s/^\\"$1\\": \\"\\{0,1\\}\\([^\\",]*\\)\\"\\{0,1\\},\\{0,1\\}$/\\1/p" "$manifest"; }
report() {
  printf '{"published":true,"contentDigest":"%s","bytes":%s,"files":%s}\\n' "$(field contentDigest)" "$(field bytes)" "$(field fileCount)" > "$log"
}
rclone cat "$DESTINATION/manifest.json" > "$manifest" || case $? in
  3|4) : > "$manifest" ;;
  *) fail "cannot read $DESTINATION/manifest.json" ;;
esac
if [ -s "$manifest" ] && [ "$(field recipeDigest)" != "$RECIPE_DIGEST" ]; then
  fail "$DESTINATION/manifest.json is not of recipe $RECIPE_DIGEST"
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
 * Copies the staging volume to the store, verifies the copy, and writes the manifest last, so that no half an artifact is ever
 * seen. Links are followed within the volume only: a program could else have the writer's own token published.
 */
export const PUBLISH_SCRIPT = `${FIND_MANIFEST}
if [ -s "$manifest" ]; then
  report
  echo "already published: $DESTINATION"
  exit 0
fi
root=$(readlink -f "$SOURCE")
find "$SOURCE" -type l ! -path "$SOURCE/checkpoints/*" > "$tmp/links"
while IFS= read -r link; do
  [ -e "$link" ] || continue
  case "$(readlink -f "$link")/" in
    "$root"/?*) ;;
    *) fail "$link leads out of /content/artifacts; copy what it leads to, or leave it out" ;;
  esac
done < "$tmp/links"
set -- --copy-links --exclude '/checkpoints/**' --exclude '/lost+found/**'
rclone lsjson "$SOURCE" -R --files-only --no-modtime --no-mimetype --hash --hash-type sha256 "$@" > "$tmp/listing.json" \\
  || fail "cannot read all of $SOURCE"
sed -n 's/.*"Path":"\\(.*\\)","Name":".*"Size":\\([0-9]*\\),.*"sha256":"\\([0-9a-f]*\\)".*/{"path":"\\1","size":\\2,"sha256":"\\3"}/p' \\
  "$tmp/listing.json" | LC_ALL=C sort > "$tmp/files"
count=$(wc -l < "$tmp/files" | tr -d ' ')
[ "$count" -gt 0 ] || fail "nothing to publish: the program wrote no file to /content/artifacts"
[ "$count" -eq "$(grep -c '"Path"' "$tmp/listing.json")" ] || fail "a file has no checksum; see $tmp/listing.json"
bytes=$(sed 's/.*"size":\\([0-9]*\\),.*/\\1/' "$tmp/files" | awk '{ sum += $1 } END { printf "%.0f", sum }')
echo "publishing $count files, $bytes bytes, to $DESTINATION"
rclone sync "$SOURCE" "$DESTINATION/files" --stats 30s --stats-one-line --verbose "$@" || fail "cannot copy to $DESTINATION/files"
rclone check "$SOURCE" "$DESTINATION/files" --one-way "$@" || fail "what was copied to $DESTINATION/files differs from its source"
{
  printf '{\\n"version": 1,\\n'
  printf '"recipeDigest": "%s",\\n' "$RECIPE_DIGEST"
  printf '"contentDigest": "sha256:%s",\\n' "$(sha256sum < "$tmp/files" | cut -d ' ' -f 1)"
  printf '"bytes": %s,\\n"fileCount": %s,\\n' "$bytes" "$count"
  printf '"image": "%s",\\n"imageDigest": "%s",\\n' "$IMAGE" "$IMAGE_DIGEST"
  printf '"recipe": %s,\\n' "$(cat "$RECIPE_FILE")"
  printf '"files": [\\n'
  sed '$!s/$/,/' "$tmp/files"
  printf ']\\n}\\n'
} > "$manifest"
rclone copyto --no-check-dest "$manifest" "$DESTINATION/manifest.json" || fail "cannot write $DESTINATION/manifest.json"
rclone cat "$DESTINATION/manifest.json" | cmp -s - "$manifest" || fail "$DESTINATION/manifest.json is not what was written"
report
echo "published $DESTINATION"
`;

/** Deletes an artifact: the manifest first, so that nobody takes for whole what is half gone. Nothing there is a success. */
export const DELETE_SCRIPT = `set -eu
log="\${TERMINATION_LOG:-/dev/termination-log}"
fail() { echo "$1" >&2; echo "$1" > "$log"; exit 1; }
gone() { case $1 in 0|3|4) ;; *) fail "$2" ;; esac; }
status=0; rclone deletefile "$DESTINATION/manifest.json" || status=$?
gone "$status" "cannot delete $DESTINATION/manifest.json"
status=0; rclone purge "$DESTINATION" || status=$?
gone "$status" "cannot delete $DESTINATION"
echo "deleted $DESTINATION"
`;
