import type { Pod } from 'kubernetes-types/core/v1';
import { servingPod } from '../../../scripts/demo/watcher';

const MODELS = ['opt-b9djmkfx', 'opt-squad-yq48y2vp'];

function pod(isReady: boolean, metadata: Pod['metadata'] = {}): Pod {
  return {
    metadata: { name: 'chat-server-1', ...metadata },
    spec: {
      containers: [{
        name: 'server',
        volumeMounts: [
          { name: 'params', mountPath: '/content/params.json' },
          { name: 'model', mountPath: '/content/model', subPath: 'models/yq48y2vp3ahn16zfh0a4gk78g7/files' },
        ],
      }],
    },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  };
}

test('the model of a pod is the one that it has mounted', () => {
  expect(servingPod(pod(true), MODELS)).toEqual({ name: 'chat-server-1', model: 'opt-squad-yq48y2vp', state: 'ready' });
});

test('a model that nobody knows is called by its recipe digest', () => {
  expect(servingPod(pod(true), []).model).toBe('yq48y2vp3ahn16zfh0a4gk78g7');
});

test('a pod starts until it is ready, and ends once it is deleted, ready or not', () => {
  expect(servingPod(pod(false), MODELS).state).toBe('starting');
  expect(servingPod(pod(true, { deletionTimestamp: '2025-01-01T00:00:00Z' }), MODELS).state).toBe('ending');
});
