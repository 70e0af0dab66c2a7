/** Icons of 16 by 16 pixels, drawn with lines. */
import type { NodeType } from '../model';
import { Html } from './html';

const PATHS: Readonly<Record<NodeType, string>> = {
  Model: 'M8 1.5 13.6 4.7v6.6L8 14.5 2.4 11.3V4.7ZM2.4 4.7 8 8l5.6-3.3M8 8v6.5',
  Dataset: 'M2.5 3.8c0-1.2 2.5-2 5.5-2s5.5.8 5.5 2-2.5 2-5.5 2-5.5-.8-5.5-2Zm0 0v8.4c0 1.2 2.5 2 5.5 2s5.5-.8 5.5-2V3.8M2.5 8c0 1.2 2.5 2 5.5 2s5.5-.8 5.5-2',
  Server: 'M2 2.5h12v4.5H2ZM2 9h12v4.5H2ZM4.5 4.75h.01M4.5 11.25h.01M7 4.75h4.5M7 11.25h4.5',
  Notebook: 'M4 1.5h9.5v13H4ZM4 1.5v13M2 4.5h3.5M2 8h3.5M2 11.5h3.5M7.5 5h3.5',
  Bucket: 'M2 3.5h12l-1.6 10a1.2 1.2 0 0 1-1.2 1H4.8a1.2 1.2 0 0 1-1.2-1ZM2.6 7.5h10.8',
  Registry: 'M1.5 8h6v6h-6ZM8.5 8h6v6h-6ZM5 1.5h6v6H5Z',
  GpuNodePool: 'M4 4h8v8H4ZM6.5 6.5h3v3h-3ZM6 1.5V4M10 1.5V4M6 12v2.5M10 12v2.5M1.5 6H4M1.5 10H4M12 6h2.5M12 10h2.5',
  NodePool: 'M2 2.5h12v3.3H2ZM2 6.3h12v3.3H2ZM2 10.1h12v3.3H2ZM4.3 4.15h.01M4.3 7.95h.01M4.3 11.75h.01',
  Workspace: 'M1.5 4h5l1.5 1.8h6.5v7.7h-13Z',
  Cluster: 'M8 1.5 14 5v6l-6 3.5L2 11V5Z',
  Elsewhere: 'M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9v4.5h-9v-9H7',
};

export function icon(type: NodeType): Html {
  return Html.raw(`<path class="icon" d="${PATHS[type]}"/>`);
}
