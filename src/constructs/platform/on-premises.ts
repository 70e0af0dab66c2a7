/** Where a cluster on premises has its artifacts and its images. */
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import type { OpenShiftOptions } from './on-premises-options';
import type { OnPremisesPlatformProps } from './on-premises-props';
import { OnPremisesStore } from './on-premises-store';
import { checkCidrs, checkPlain } from './platform-checks';
import { KNOWN, PLATFORM_PROPS } from './platform-known';
import { byHand } from './platform-source';
import type { PlatformSource } from './platform-source';

const PROPS = knownProps<OnPremisesPlatformProps>({ ...PLATFORM_PROPS, store: true, registryCidrs: true, openShift: true });

/** @throws Error if the store is none, or if ranges are told of what is not reached by any. */
export function onPremisesSource(props: OnPremisesPlatformProps): () => PlatformSource {
  checkPlain(props, { owner: 'Platform.onPremises', props: PROPS });
  const { store, storeCidrs, storageClasses, registry, registryCidrs, openShift } = props;
  if (!(store instanceof OnPremisesStore)) {
    throw new Error(`store is ${formatValue(store)}, which is not an OnPremisesStore; write for example OnPremisesStore.s3({ endpoint, bucketName, credentialsSecret })`);
  }
  const { _spec: artifacts } = store;
  if (storageClasses) throw new Error('storageClasses is set, but of the disks of a cluster on premises nothing is known; leave storageClasses out');
  if (storeCidrs && artifacts.fileSystem) throw new Error('storeCidrs is set but the store is a file system, which nodes mount and no policy holds back; leave storeCidrs out');
  if (registryCidrs && registry === undefined) throw new Error('registryCidrs is set but registry is not; set the registry that they are of');
  checkCidrs('registryCidrs', registryCidrs);
  if (openShift) checkOpenShift(openShift, artifacts.fileSystem !== undefined);
  const source = byHand(props, artifacts)();
  return () => ({
    ...source,
    ...(openShift && { openShift: { ...openShift } }),
    ...(source.registry && registryCidrs && { registry: { ...source.registry, cidrs: [...registryCidrs] } }),
  });
}

/** The largest number that a group may have on Linux, as Kubernetes checks it. */
const MAX_GROUP = 2147483647;

function checkOpenShift(openShift: OpenShiftOptions, isFileSystem: boolean): void {
  checkPlain(openShift, KNOWN.openShift);
  const { storeGroup } = openShift;
  if (storeGroup === undefined) return;
  if (!Number.isInteger(storeGroup) || storeGroup < 1 || storeGroup > MAX_GROUP) {
    throw new Error(`openShift.storeGroup is ${formatValue(storeGroup)}; give the number of a group, from 1 to ${MAX_GROUP}`);
  }
  if (!isFileSystem) throw new Error('openShift.storeGroup is set but the store is a bucket, whose files have no group; leave storeGroup out');
}
