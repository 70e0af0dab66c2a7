import type { AwsLocation } from '../../infrastructure';
import type { Identities } from './identity';
import { arn } from './names';

/** The ServiceAccount that ../addons.ts runs the autoscaler with. */
export const AUTOSCALER_ACCOUNT = { namespace: 'kube-system', name: 'cluster-autoscaler' };

/** It may see all groups, for that cannot be limited, but resize only those that EKS has tagged as this cluster's. */
export function allowAutoscaler({ allow }: Identities, location: AwsLocation, cluster: string): void {
  allow(AUTOSCALER_ACCOUNT, 'scale', [
    {
      Sid: 'See',
      Effect: 'Allow',
      Action: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeLaunchConfigurations',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:DescribeTags',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:GetInstanceTypesFromInstanceRequirements',
      ],
      Resource: '*',
    },
    { Sid: 'SeeGroups', Effect: 'Allow', Action: 'eks:DescribeNodegroup', Resource: arn(location, 'eks', `nodegroup/${cluster}/*`) },
    {
      Sid: 'Resize',
      Effect: 'Allow',
      Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      Resource: arn(location, 'autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*'),
      Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: 'owned' } },
    },
  ]);
}
