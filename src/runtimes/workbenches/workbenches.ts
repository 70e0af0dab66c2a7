/** Workbenches: where a person works with a model and a dataset. */
import { gpuProblem, NVIDIA } from '../gpu-problem';
import { PROGRAM_DIRECTORY } from '../program';
import type { Runtime } from '../runtime';
import { JUPYTER_COMMAND } from './jupyter-command';

const jupyter: Runtime = {
  name: 'jupyter',
  role: 'workbench',
  version: 1,
  summary: 'JupyterLab with PyTorch, and a first notebook that opens the model and the dataset.',
  params: () => ({}),
  problem: (context) => gpuProblem('jupyter', context, { vendors: [NVIDIA] }),
  container: ({ gpus }) => ({
    image: gpus ? 'jupyter-cuda' : 'jupyter',
    command: ['sh', `${PROGRAM_DIRECTORY}/start.sh`],
    args: JUPYTER_COMMAND,
    program: 'jupyter',
    /* Settings, caches and what pip installs are on the disk, so that they stay. */
    env: { HOME: '/content/work', PIP_USER: '1' },
    /* The user of the image, who may change its packages. */
    user: { uid: 1000, gid: 100 },
    resources: { cpu: '1', memory: '4Gi', disk: '10Gi' },
  }),
};

export const WORKBENCHES: readonly Runtime[] = [jupyter];
