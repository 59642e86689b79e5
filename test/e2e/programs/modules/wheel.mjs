// Throws and catches as it is loaded, like a library that looks for what there is.
try {
  JSON.parse('{');
} catch {}

export function turn(spokes) {
  const each = 360 / spokes.length;
  if (!Number.isFinite(each)) throw new RangeError(`a wheel of ${spokes.length} spokes`);
  return each;
}
