/** A Model: imported, or trained from another Model and a Dataset. */
import type { ModelResource } from '../api/resource';
import { expandArtifact } from './artifact';
import type { ArtifactContext } from './artifact';
import type { Child } from './child';

export function expandModel(model: ModelResource, context: ArtifactContext): Child[] {
  return expandArtifact(model, context);
}
