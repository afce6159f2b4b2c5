/** The image that runs the probes: any that contains Node 26 will do (raw sockets need node:ffi). */
import manifest from '../../../package.json' with { type: 'json' };

/** The same Node in the probes as here; pinned by version, never by a moving tag. */
export const DEFAULT_IMAGE = `docker.io/library/node:${manifest.dependencies.node}-slim`;
