/**
 * The program that looks at what a run has left on the staging volume, in a container that holds no credential, and writes down what
 * may be published. The container with the credential opens the files of that list and follows no link (docs/decisions/0025).
 *
 * Links are resolved here by their text against a listing of the tree, never by opening them: what a link leads to is published
 * where it is a file or folder of the volume, and is an error where it is not. In `$tmp/verified`:
 *
 * - `names`: the name under which a file is published, a tab, and its path on the volume, in which no part is a link
 * - `files`: the lines of the manifest
 * - `copies`: which list of files to copy from which folder to which; `-` for a single file; and the lists
 */
import { ENDINGS } from './scripts';

/** Folders at the root of the volume that are not published. */
const EXCLUDED = '^(checkpoints|lost[+]found)/';

/** No program writes as many by intent; links to folders can multiply a few. */
const MOST_FILES = 1_000_000;

/**
 * Reads `D`, `F` and `L` lines: a folder, a file, a link with a tab and its target. Writes names and paths, or to `problems` what is
 * wrong.
 */
const RESOLVE = `
function parent(path) { return sub("/[^/]*$", "", path) ? path : "" }
function add(path) { up = parent(path); child[up, ++children[up]] = path }
function resolve(at, target,   parts, n, i) {
  if (substr(target, 1, 1) == "/") {
    gsub("/+", "/", target)
    if (index(target "/", root "/") != 1) { problem = "leads out of /content/artifacts"; return "" }
    at = ""; target = substr(target, length(root) + 2)
  }
  n = split(target, parts, "/")
  for (i = 1; i <= n && problem == ""; i++) {
    if (parts[i] == "" || parts[i] == ".") continue
    if (parts[i] == "..") {
      if (at == "") { problem = "leads out of /content/artifacts"; return "" }
      at = parent(at)
      continue
    }
    at = at == "" ? parts[i] : at "/" parts[i]
    if (at in link) {
      if (++hops > 40) { problem = "leads in a circle"; return "" }
      at = resolve(parent(at), link[at])
    } else if (!(at in file) && !(at in folder)) { problem = "leads to nothing"; return "" }
  }
  return problem == "" ? at : ""
}
function stop(path, why) { print path " " why > problems; failed = 1; exit }
function publish(name, path) {
  if (name ~ "${EXCLUDED}") return
  if (++count > ${MOST_FILES}) stop(name, "is one of more than ${MOST_FILES} files")
  print name "\\t" path
}
function follow(name, path,   target) {
  problem = ""; hops = 0
  target = resolve(parent(path), link[path])
  if (problem != "") stop(path, problem)
  if (target in file) publish(name, target)
  else if (busy[target]) stop(path, "leads in a circle")
  else descend(name, target)
}
function descend(name, path,   i, each, inner) {
  if (++visits > ${MOST_FILES}) stop(name, "is in one of more than ${MOST_FILES} folders")
  busy[path] = 1
  for (i = 1; i <= children[path]; i++) {
    each = child[path, i]
    inner = name "/" substr(each, path == "" ? 1 : length(path) + 2)
    if (each in file) publish(inner, each)
    else if (each in link) follow(inner, each)
    else descend(inner, each)
  }
  busy[path] = 0
}
{ type = substr($0, 1, 1); path = substr($1, 4) }
type == "D" { folder[path] = 1 }
type == "F" { file[path] = 1 }
type == "L" { link[path] = substr($0, length($1) + 2); links[++linked] = path }
path != "" { add(path) }
END {
  for (path in file) if (!failed) publish(path, path)
  for (i = 1; i <= linked && !failed; i++) if (links[i] !~ "${EXCLUDED}") follow(links[i], links[i])
}
`;

/** Which files to copy from where to where: one line for what is published under its own name, one for each folder under another. */
const GROUP = `
BEGIN { print "0\\t./\\t" > copies; printf "" > (folder "/0") }
$1 == $2 { print $1 > (folder "/0"); next }
{
  n = split($1, name, "/"); m = split($2, path, "/"); rest = ""
  while (n > 1 && m > 0 && name[n] == path[m]) { rest = name[n] (rest == "" ? "" : "/" rest); n--; m-- }
  if (rest == "") { print "-\\t" $2 "\\t" $1 > copies; next }
  to = substr($1, 1, length($1) - length(rest) - 1); from = substr($2, 1, length($2) - length(rest)); key = from "\\t" to
  if (!(key in list)) { list[key] = ++lists; print lists "\\t./" key > copies }
  print rest >> (folder "/" list[key]); close(folder "/" list[key])
}
`;

/** The lines of the manifest, from rclone's listing and the names; paths are escaped as Go's encoder of JSON does. */
const MANIFEST_LINES = `
function replaced(text, from, to,   n, parts, i, out) {
  n = split(text, parts, from); out = parts[1]
  for (i = 2; i <= n; i++) out = out to parts[i]
  return out
}
function escaped(path) {
  gsub(/\\\\/, "&&", path)
  path = replaced(path, "\\"", "\\\\\\"")
  return replaced(replaced(replaced(path, "&", "\\\\u0026"), "<", "\\\\u003c"), ">", "\\\\u003e")
}
NR == FNR { size[$1] = $2; sum[$1] = $3; next }
!(escaped($2) in sum) { print $2 > missing; next }
{ print "{\\"path\\":\\"" escaped($1) "\\",\\"size\\":" size[escaped($2)] ",\\"sha256\\":\\"" sum[escaped($2)] "\\"}" }
`;

/** Writes down what may be published, or gives up. */
export const VERIFY_SCRIPT = `${ENDINGS}export LC_ALL=C
verified="$tmp/verified"
rm -rf "$verified"; mkdir "$verified"
root=$(readlink -f "$SOURCE")
cd "$root"
tree() { find . -path ./lost+found -prune -o "$@"; }
unreadable() {
  give_up "/content/artifacts/\${1#./} cannot be read by the step publish; let the program write it readable for all, or set pod.securityContext.runAsUser to its user"
}

# What the program alone may read is opened for the container that copies it, which is neither root nor the program.
closed() {
  tree -type "$1" ! -perm "-0$2$2" ! \\( -group "\${READERS:-3003}" -perm "-0\${2}0" \\) -print0 2> "$tmp/stderr" || :
}
closed d 5 | xargs -0 chmod go+rx 2> "$tmp/stderr" || :
closed f 4 | xargs -0 chmod go+r 2> "$tmp/stderr" || :
for kind in 'd 5' 'f 4'; do
  first=$(closed \${kind% *} \${kind#* } | tr '\\n\\0' '?\\n' | head -n 1)
  [ -z "$first" ] || unreadable "$first"
done

# From here on a name is a line.
if [ "$(tree -print0 | tr -cd '\\001-\\037\\177' | wc -c)" -gt 0 ]; then
  name=$(tree -print0 | tr '\\001-\\037\\177' '\\001' | tr '\\0' '\\n' | grep "$(printf '\\001')" | head -n 1 | tr '\\001' '?')
  give_up "the name $name holds a control character, such as a newline; rename it"
fi
targets='for link; do
  printf "L%s\\t%s\\n" "$link" "$(readlink -n "$link" | tr "\\001-\\037\\177" "\\001")"
done'
{
  tree -type d -print | sed 's/^/D/'
  tree -type f -print | sed 's/^/F/'
  tree -type l -exec sh -c "$targets" sh {} +
} > "$tmp/tree" || give_up "cannot list all of $SOURCE"
: > "$tmp/problems"
awk -F '\\t' -v root="$root" -v problems="$tmp/problems" '${RESOLVE}' "$tmp/tree" > "$tmp/names"
[ ! -s "$tmp/problems" ] || give_up "/content/artifacts/$(cat "$tmp/problems"); copy what it leads to, or leave it out"
sort "$tmp/names" > "$verified/names"
if [ ! -s "$verified/names" ]; then
  [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -ge 64 ] || give_up "nothing to publish, and the staging volume is full; raise staging.size"
  give_up "nothing to publish: the program wrote no file to /content/artifacts"
fi

cut -f 2 "$verified/names" | sort -u > "$tmp/paths"
rclone lsjson "$root" -R --files-only --skip-links --no-modtime --no-mimetype --hash --hash-type sha256 --files-from-raw "$tmp/paths" \\
  > "$tmp/listing.json" || fail "cannot read all of $SOURCE"
sed -n 's/.*"Path":"\\(.*\\)","Name":".*"Size":\\([0-9]*\\),.*"sha256":"\\([0-9a-f]*\\)".*/\\1\\t\\2\\t\\3/p' "$tmp/listing.json" > "$tmp/sums"
: > "$tmp/missing"
awk -F '\\t' -v missing="$tmp/missing" '${MANIFEST_LINES}' "$tmp/sums" "$verified/names" | sort > "$verified/files"
[ -s "$tmp/sums" ] || cp "$tmp/paths" "$tmp/missing"
[ ! -s "$tmp/missing" ] || give_up "/content/artifacts/$(head -n 1 "$tmp/missing") has no checksum; is its name UTF-8?"
awk -F '\\t' -v folder="$verified" -v copies="$verified/copies" '${GROUP}' "$verified/names"
[ -s "$verified/0" ] || sed -i '/^0\\t/d' "$verified/copies"
echo '{}' > "$log"
echo "verified $(wc -l < "$verified/files" | tr -d ' ') files"
`;
