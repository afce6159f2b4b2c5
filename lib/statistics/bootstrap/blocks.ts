/** How many neighbours a resample keeps together, by the number of samples of a series. */
export type BlockRule = (count: number) => number;

/** n^(1/3): the order at which a bootstrap estimates the spread of its statistic best (Hall, Horowitz and Jing 1995). */
export const shortBlocks: BlockRule = (count) => Math.ceil(Math.cbrt(count));

/**
 * 2 √n: the order at which an interval covers best, since blocks that are too short cost more than ones that are too long
 * (Sun, Phillips and Jin 2008; Lazarus and others 2018). From eight samples on there are at least three blocks.
 */
export const longBlocks: BlockRule = (count) =>
  Math.max(shortBlocks(count), Math.min(Math.ceil(2 * Math.sqrt(count)), Math.floor(count / 3)));
