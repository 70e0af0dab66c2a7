# Copies a folder of a bucket onto the staging volume, with the image of rclone: fetch.sh REMOTE URL
#
# What the bucket holds is listed first, so that a disk that is too small is told before the first byte; load.py compares the copy with
# that list. rclone itself compares the hash of each file that it has copied, where the store has one.
set -eu
remote=$1
url=$2
checkpoints="${SUBSTRATUS_CONTENT:-/content}/artifacts/checkpoints"
target="$checkpoints/load"
listing="$checkpoints/bucket.json"
errors="${TMPDIR:-/tmp}/errors"

# end CODE TEXT: one line for the status. 65: no other attempt would end otherwise. 75: another one may.
end() {
  printf '%s\n' "$2" >&2
  printf '%s\n' "$2" > "${TERMINATION_LOG:-/dev/termination-log}" 2> /dev/null || true
  exit "$1"
}

# The last error of rclone, without time and level.
cause() {
  grep -E 'ERROR|CRITICAL|NOTICE: Failed' "$errors" | tail -n 1 | sed -e 's#//[^/@ ]*@#//***@#g' -e 's/^.*\(ERROR\|CRITICAL\|NOTICE\) *: *//' | cut -c 1-300
}

# failed CODE: ends with what an exit code of rclone and its errors mean. https://rclone.org/docs/#exit-code
failed() {
  case $1 in 3 | 4) end 65 "$url is not there; see that the bucket and the folder are right" ;; esac
  case $(cat "$errors") in
    *InvalidAccessKeyId* | *SignatureDoesNotMatch* | *AuthenticationFailed*)
      end 65 "$url may not be read: $(cause); correct the credentials in runtimeEnv" ;;
    *AccessDenied* | *'Access Denied'* | *AuthorizationFailure* | *AuthorizationPermissionMismatch* | *'Error 403'* | *'StatusCode: 403'* | \
      *'Forbidden'*)
      # A right that was granted a moment ago takes minutes to hold. https://cloud.google.com/iam/docs/access-change-propagation
      end 75 "$url may not be read: $(cause); give the workspace the right to read it (readableBuckets), or credentials in runtimeEnv" ;;
    *'o space left'*) end 65 "no space left on $checkpoints; give the resource a larger disk (resources.disk)" ;;
  esac
  end 75 "$url cannot be copied: $(cause); another attempt goes on with what is there"
}

# Names of the platform at the top of an artifact.
set -- --exclude=/checkpoints/** --exclude=/lost+found/** --exclude=/source.json

mkdir -p "$target"
rclone lsjson --recursive --files-only --no-mimetype --no-modtime "$@" "$remote" > "$listing" 2> "$errors" || {
  code=$?
  cat "$errors" >&2
  failed "$code"
}
needed=$(grep -o '"Size":[0-9]*' "$listing" | cut -d : -f 2 | awk '{ sum += $1 } END { printf "%.0f", sum / 1024 }')
there=$(du -sk "$target" | cut -f 1)
free=$(df -Pk "$target" | awk 'NR == 2 { print $4 }')
# 64 MiB for the file system itself.
[ "$((needed + 65536))" -le "$((free + there))" ] \
  || end 65 "$url needs $((needed / 1024)) MiB and $checkpoints has $(((free + there) / 1024)) MiB for it; give the resource a larger disk (resources.disk)"

# `sync`, so that nothing stays of an attempt before the bucket changed. What it says is shown, and its exit code kept.
ended="${TMPDIR:-/tmp}/ended"
{
  rclone sync "$remote" "$target" "$@" --checksum --transfers=8 --stats=30s --stats-one-line --verbose 2>&1 && echo 0 > "$ended" || echo $? > "$ended"
} | tee "$errors" >&2
[ "$(cat "$ended")" = 0 ] || failed "$(cat "$ended")"
