/** How Jupyter is started, in a ready-made notebook and in an image of the user's. */
export const JUPYTER_PORT = 8888;

/**
 * Jupyter takes its token from JUPYTER_TOKEN, so that it is on no command line. Its root is `/content`, for the inputs lie there too,
 * but it opens in `/content/work`, on the disk, and has its new files there: what is saved elsewhere goes with the pod.
 */
export const JUPYTER_COMMAND: readonly string[] = [
  'jupyter', 'lab', '--allow-root', '--ip=0.0.0.0', `--port=${JUPYTER_PORT}`, '--no-browser', '--notebook-dir=/content',
  '--LabApp.default_url=/lab/tree/work', '--FileContentsManager.preferred_dir=work',
];
