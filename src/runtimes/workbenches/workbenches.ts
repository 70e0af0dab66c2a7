/** Workbenches: where a person works with a model and a dataset. */
import { gpuProblem, NVIDIA } from '../gpu-problem';
import { hubMirrors } from '../hub-mirrors';
import { PROGRAM_DIRECTORY } from '../program';
import type { Runtime, RuntimeContainer } from '../runtime';
import { JUPYTER_COMMAND } from './jupyter-command';

/** Where VS Code is copied to from its own image, for Jupyter's has none; as in jupyter_server_config.json. */
const VSCODE_DIRECTORY = '/opt/vscode';

const jupyter = workbench({
  name: 'jupyter',
  summary: 'JupyterLab with PyTorch, and a first notebook that opens the model and the dataset.',
  container: {
    programFiles: ['start.sh', 'start.ipynb'],
    packages: 'by its user',
    resources: { cpu: '1', memory: '4Gi', disk: '10Gi' },
  },
});

/* Behind Jupyter: one address, one token, and one activity that the reconciler asks for. */
const vscode = workbench({
  name: 'vscode',
  summary: 'JupyterLab with PyTorch and, below /vscode/ of the same address, VS Code in the browser.',
  container: {
    packages: 'at start',
    before: { name: 'vscode', image: 'code-server', command: ['cp', '-R', '/usr/lib/code-server/.', VSCODE_DIRECTORY], fills: VSCODE_DIRECTORY },
    env: { JUPYTER_CONFIG_PATH: PROGRAM_DIRECTORY },
    resources: { cpu: '1', memory: '4Gi', disk: '12Gi' },
  },
});

interface Workbench extends Pick<Runtime, 'name' | 'summary'> {
  readonly container: Omit<RuntimeContainer, 'image'>;
}

function workbench({ name, summary, container }: Workbench): Runtime {
  return {
    name,
    role: 'workbench',
    version: 1,
    summary,
    params: () => ({}),
    problem: (context) => gpuProblem(name, context, { vendors: [NVIDIA] }),
    container: (context) => ({
      image: context.gpus ? 'jupyter-cuda' : 'jupyter',
      command: ['sh', `${PROGRAM_DIRECTORY}/start.sh`],
      args: JUPYTER_COMMAND,
      program: 'jupyter',
      /* The user of the image, who may change its packages. */
      user: { uid: 1000, gid: 100 },
      ...container,
      /* Settings, caches and what pip installs are on the disk, so that they stay. */
      env: { HOME: '/content/work', PIP_USER: '1', ...hubMirrors(context), ...container.env },
    }),
  };
}

export const WORKBENCHES: readonly Runtime[] = [jupyter, vscode];
