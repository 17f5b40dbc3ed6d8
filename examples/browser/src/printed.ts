const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** 1,234,567 */
export function printCount(count: number): string {
  return whole.format(Math.round(count));
}

/** 1.2M */
export function printShort(count: number): string {
  return short.format(count);
}

/** 1.2 MB */
export function printBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const amount = bytes / 1000 ** power;
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}
