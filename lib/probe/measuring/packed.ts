/** The bytes of numbers, base64: little-endian, as on every platform of Node 26 that is used here. */
export function base64({
  buffer,
  byteOffset,
  byteLength,
}: Uint8Array | Uint32Array | Int32Array | Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
