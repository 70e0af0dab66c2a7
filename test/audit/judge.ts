/** What an auditor asks of a resource, and how it is answered. A judge says what is wrong, or nothing. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource } from './stacks';
import { valuesAt } from './stacks';

export type Judge = (resource: Resource) => string | undefined;

/** A judge, or why there is nothing to judge. */
export type Answer = Judge | string;

export interface Answers {
  readonly encrypted: Answer;
  /** Not reached from outside, and by nobody without rights. */
  readonly private: Answer;
  /** Not lost by a change that nobody meant. */
  readonly protected: Answer;
}

export type Rules = Readonly<Record<string, Answers>>;

/** What has one reason for all three. */
export function nothingToJudge(reason: string): Answers {
  return { encrypted: reason, private: reason, protected: reason };
}

export const WIRING = nothingToJudge('joins others, or says something of them: it holds no data, and nothing reaches it');
export const RIGHT = nothingToJudge('a right, or who has it: judged by the table of rights');

export function all(...judges: Judge[]): Judge {
  return (resource) => judges.map((judge) => judge(resource)).filter((wrong) => wrong !== undefined).join('; ') || undefined;
}

/** The argument is there, in every block, and has this value. */
export function is(path: string, expected: unknown): Judge {
  return ({ block }) => {
    const values = valuesAt(block, path);
    const isEach = values.length > 0 && values.every((value) => value === expected);
    return isEach || isDeepStrictEqual(values, expected) ? undefined : `${path} is ${JSON.stringify(values)} and not ${JSON.stringify(expected)}`;
  };
}

export function has(path: string): Judge {
  return ({ block }) => (valuesAt(block, path).some((value) => value !== '') ? undefined : `${path} is not set`);
}

export function hasNo(...paths: string[]): Judge {
  return ({ block }) => paths.filter((path) => valuesAt(block, path).some((value) => value !== false)).map((path) => `${path} is set`).join('; ') || undefined;
}

export function atLeast(path: string, bound: number): Judge {
  return ({ block }) => {
    const values = valuesAt(block, path);
    return values.length > 0 && values.every((value) => Number(value) >= bound) ? undefined : `${path} is ${JSON.stringify(values)} and not ${bound} or more`;
  };
}

/** Another resource that refers to this one is there, and is as it should be. */
export function beside(type: string, judge: Judge = () => undefined): Judge {
  return (resource) => {
    const found = resource.stack.beside(resource, type);
    if (found.length === 0) return `there is no ${type} of it`;
    return found.map((each) => judge(each)).find((wrong) => wrong !== undefined);
  };
}

/** The customer's key where there is one, at this path; else what is right without. */
export function withKey(which: 'clusterKey' | 'bucketKey', path: string, without: Judge): Judge {
  return (resource) => {
    const key = resource.stack.given[which];
    return key === undefined ? without(resource) : is(path, key)(resource);
  };
}

/** Right where a stack is protected; an open one must be without, so that it can be destroyed. */
export function protection(judge: Judge): Judge {
  return (resource) => {
    const wrong = judge(resource);
    if (resource.stack.given.openTo === undefined) return wrong;
    return wrong === undefined ? 'its author took the protection off, and it is protected' : undefined;
  };
}

export const PREVENT_DESTROY = protection(is('lifecycle.prevent_destroy', true));

/** One judge for what is private, one for what is open to a few networks. */
export function openness(closed: Judge, open: (networks: readonly string[]) => Judge): Judge {
  return (resource) => {
    const { openTo } = resource.stack.given;
    return openTo === undefined ? closed(resource) : open(openTo)(resource);
  };
}

export function only(when: (resource: Resource) => boolean, judge: Judge): Judge {
  return (resource) => (when(resource) ? judge(resource) : undefined);
}
