/** To which replica of a Server a request goes, in the wire format, and what is wrong with it. Pure. */

/** `prefixAware`: the replica that has computed the beginning of the request already, unless others have less to do. */
export type RoutingSpec = 'prefixAware';

/** What the picker of a Server of ours is known to read, as its metrics are. */
export const ROUTINGS: readonly RoutingSpec[] = ['prefixAware'];
