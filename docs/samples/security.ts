// #region
import { Model, PodSecurity } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
new Model(team, 'opt', {
  image: 'acme/loader:v4',
  podSecurity: PodSecurity.RESTRICTED,
  pod: {
    securityContext: { runAsUser: 1000 },
    priorityClassName: 'batch',
    volumes: [{ name: 'scratch', persistentVolumeClaim: { claimName: 'scratch' } }],
    volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
  },
});
// #endregion
