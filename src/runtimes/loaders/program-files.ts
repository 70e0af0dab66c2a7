/** Which files of the program `load` a run needs: a model from a bucket has neither the client of a hub nor what shapes datasets. */
import type { Kind } from '../../api/resource';
import type { Settings } from '../param';

const ALWAYS = ['run.sh', 'job.py', 'load.py', 'load_files.py'];

/** By loader, with what is installed for it. */
const OF_LOADER: Readonly<Record<string, readonly string[]>> = {
  huggingface: ['load_hub.py', 'load_hub_child.py', 'requirements-hub.txt'],
  modelscope: ['load_modelscope.py', 'load_web.py'],
  url: ['load_url.py', 'load_web.py', 'load_unpack.py', 'requirements-archives.txt'],
  oci: ['load_oci.py', 'load_registry.py', 'load_web.py', 'load_unpack.py', 'requirements-archives.txt'],
  ollama: ['load_ollama.py', 'load_registry.py', 'load_web.py'],
  bucket: ['load_bucket.py', 'fetch.sh'],
};

const SHAPING = ['load_shape.py', 'load_rows.py', 'requirements-rows.txt'];

export function loadFiles(name: string, kind: Kind, { format = '' }: Settings): readonly string[] {
  return [...ALWAYS, ...OF_LOADER[name] ?? [], ...(kind === 'Dataset' && format !== '' ? SHAPING : [])];
}

/** Whether it installs packages when it starts. */
export function installsPackages(files: readonly string[]): boolean {
  return files.some((file) => file.startsWith('requirements'));
}
