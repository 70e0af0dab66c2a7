/** Engines that a platform says its cluster has. */
import type { Platform } from '../../../src';
import { gcp } from '../fixtures';
import { deploymentOf, reconcilerOn, withWorkspaces } from '../reconciler/reconciler-fixtures';

/** Each as it is added where nothing else is to be said. */
const ENGINES: Readonly<Record<string, (platform: Platform) => void>> = {
  keda: (platform) => platform.addKeda(),
  inferenceExtension: (platform) => platform.addInferenceExtension(),
  envoyGateway: (platform) => platform.addEnvoyGateway(),
};

test.each(Object.keys(ENGINES))('%s is in the platform though nothing else is said of it, and the pods of the reconciler roll to learn of it', (name) => {
  const templateWith = (platform: Platform) => deploymentOf(reconcilerOn(platform)).spec?.template;
  const platform = withWorkspaces(gcp());
  ENGINES[name]?.(platform);
  expect(platform.toJson()).toHaveProperty(name);
  expect(templateWith(platform)).not.toEqual(templateWith(withWorkspaces(gcp())));
});
