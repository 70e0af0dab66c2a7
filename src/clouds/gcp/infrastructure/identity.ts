import type { GcpLocation, ServiceAccountRef } from '../../infrastructure';

/** A ServiceAccount as IAM knows it by itself, without a service account of Google's in between. */
export function principal({ projectId, projectNumber }: GcpLocation, { namespace, name }: ServiceAccountRef): string {
  const pool = `projects/${projectNumber}/locations/global/workloadIdentityPools/${projectId}.svc.id.goog`;
  return `principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${name}`;
}

/** The account by which a service of Google's acts in the project. */
export function serviceAgent({ projectNumber }: GcpLocation, service: 'compute-system' | 'container-engine-robot' | 'gs-project-accounts'): string {
  return `serviceAccount:service-${projectNumber}@${service}.iam.gserviceaccount.com`;
}
