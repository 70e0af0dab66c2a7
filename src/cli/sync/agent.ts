/**
 * What runs in the notebook: it answers requests, a line of JSON each, with a line of JSON. A file is changed only where it is as the
 * request says that it was seen, and by a rename, so that nobody reads half of one.
 */
export const AGENT = `
import base64, errno, hashlib, json, os, stat, sys
root, most = os.path.abspath(sys.argv[1]), int(sys.argv[3])
skipped, state_file, part = json.loads(sys.argv[2]), sys.argv[4], sys.argv[5]
os.makedirs(root, exist_ok=True)
root = os.path.realpath(root)
cache = {}

def digest(path):
    try:
        info = os.lstat(path)
        if not stat.S_ISREG(info.st_mode): return None
        key = (info.st_size, info.st_mtime_ns, info.st_ino)
        if path in cache and cache[path][0] == key: return cache[path][1]
        value = hashlib.sha256()
        with open(path, 'rb') as file:
            for block in iter(lambda: file.read(1 << 20), b''): value.update(block)
    except FileNotFoundError:
        return None
    cache[path] = (key, value.hexdigest())
    return cache[path][1]

def place(path):
    target = os.path.join(root, path)
    parent = os.path.dirname(target)
    os.makedirs(parent, exist_ok=True)
    if os.path.commonpath([root, os.path.realpath(parent)]) != root: raise OSError(errno.ELOOP, 'its folder is a link out of ' + root)
    return target

def scan(request):
    files, large = {}, []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in skipped]
        for name in names:
            path = os.path.join(folder, name)
            try:
                relative = os.path.relpath(path, root)
                relative.encode()
                info = os.lstat(path)
            except (UnicodeEncodeError, FileNotFoundError): continue
            if not stat.S_ISREG(info.st_mode): continue
            if info.st_size > most: large.append(relative); continue
            try: found = digest(path)
            except PermissionError: continue
            if found: files[relative] = [found, bool(info.st_mode & 0o100)]
    return {'files': files, 'large': large}

def get(request):
    path = place(request['path'])
    with open(path, 'rb') as file: content = file.read()
    return {'content': base64.b64encode(content).decode(), 'hash': hashlib.sha256(content).hexdigest()}

def put(request):
    path = place(request['path'])
    if digest(path) != request.get('expected') or (request.get('expected') is None and os.path.lexists(path)): return {'changed': True}
    write(path, base64.b64decode(request['content']), 0o755 if request['executable'] else 0o644)
    return {}

def write(path, content, mode):
    temporary = path + part
    try:
        with open(temporary, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary): os.unlink(temporary)

def remove(request):
    path = place(request['path'])
    if digest(path) != request['expected']: return {'changed': True}
    os.unlink(path)
    return {}

def save(request):
    write(os.path.join(root, state_file), json.dumps(request['base']).encode(), 0o644)
    return {}

def load():
    try:
        with open(os.path.join(root, state_file)) as file: return {path: value for path, value in json.load(file).items() if isinstance(value, str)}
    except (FileNotFoundError, ValueError, AttributeError): return {}

def answer(value): print(json.dumps(value), flush=True)

answer({'root': root, 'base': load()})
for line in sys.stdin:
    request = json.loads(line)
    try: answer({'scan': scan, 'get': get, 'put': put, 'remove': remove, 'save': save}[request['do']](request))
    except FileNotFoundError: answer({'gone': True})
    except OSError as error: answer({'error': errno.errorcode.get(error.errno, ''), 'message': error.strerror or str(error)})
`;
