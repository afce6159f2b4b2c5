/** The path by which a measurement reaches a pod. */
import type { MeasuredCell } from '../conversations/closed-loop.ts';

export type Where = 'same node' | 'other node';
export type Path = MeasuredCell['path'];
