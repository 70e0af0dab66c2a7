/** Workbenches: where a person works with a model and a dataset. */
import type { ParamTable } from '../param';
import type { Runtime } from '../runtime';

const PARAMS: ParamTable = {
  vscode: { type: 'boolean', default: false, description: 'Whether VS Code runs in the browser beside Jupyter.' },
};

const jupyter: Runtime = {
  name: 'jupyter',
  role: 'workbench',
  version: 1,
  summary: 'JupyterLab with PyTorch.',
  params: () => PARAMS,
  container: ({ gpus }) => ({
    image: gpus ? 'jupyter-cuda' : 'jupyter',
    user: { uid: 1000, gid: 100 },
    resources: { cpu: '1', memory: '4Gi', disk: '10Gi' },
  }),
};

export const WORKBENCHES: readonly Runtime[] = [jupyter];
