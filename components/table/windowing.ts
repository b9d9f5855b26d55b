/**
 * First row shown so that the cursor is. Scrolls half a page at an edge: scrolling by one line would repaint every row with
 * every key on a slow link.
 */
export const windowTop = (top: number, at: number, height: number, total: number): number => {
  const last = Math.max(0, total - height);
  const half = Math.max(1, Math.floor(height / 2));
  if (at < top) return clamp(at - half + 1, 0, last);
  if (at >= top + height) return clamp(at - Math.min(half, height - 1), 0, last);
  return clamp(top, 0, last);
};

export const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(high, n));
