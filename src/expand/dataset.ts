/** A Dataset: loaded from somewhere, from no inputs. */
import type { DatasetResource } from '../api/resource';
import { expandArtifact } from './artifact';
import type { ArtifactContext } from './artifact';
import type { Child } from './child';

export function expandDataset(dataset: DatasetResource, context: ArtifactContext): Child[] {
  return expandArtifact(dataset, context);
}
