import type { OpenShiftOptions } from './on-premises-options';
import type { OnPremisesStore } from './on-premises-store';
import type { PlatformProps } from './platform-props';

/** A cluster on premises: a rack of servers with GPUs. */
export interface OnPremisesPlatformProps extends PlatformProps {
  /** Where artifacts lie. */
  readonly store: OnPremisesStore;

  /**
   * Address ranges at which pods reach `registry`, for NetworkPolicies, which know no names.
   *
   * @default - any address, unless the host of the registry is an address itself, or a Service of the cluster
   */
  readonly registryCidrs?: string[];

  /**
   * Set where the cluster is OpenShift, on servers of your own or of a cloud (ROSA, ARO): pods then run as the user and the group of their
   * namespace. `{}` will do.
   *
   * @default - it is not
   */
  readonly openShift?: OpenShiftOptions;
}
