/** Numbers with as many digits as mean something. */
import type { Interval } from '../statistics/interval.ts';

/** "23", "1.4", "0.27": two digits, three from 100 on. */
export function us(value: number): string {
  const size = Math.abs(value);
  const text = size >= 9.95 ? value.toFixed(0) : size >= 0.995 ? value.toFixed(1) : value.toFixed(2);
  return text.replace(/^-(0(\.0+)?)$/, '$1').replace('-', '−');
}

/** Milliseconds from microseconds, two digits: "0.052", "3.2", "21". */
export function ms(microseconds: number): string {
  const value = microseconds / 1000;
  const size = Math.abs(value);
  return size >= 9.95
    ? value.toFixed(0)
    : size >= 0.995
      ? value.toFixed(1)
      : size >= 0.0995
        ? value.toFixed(2)
        : value.toFixed(3);
}

/** "+23", "−1.4". */
export function signed(value: number): string {
  const text = us(value);
  return text.startsWith('−') ? text : `+${text}`;
}

/** "+23 µs (95 %: +19 to +27)". */
export function withInterval({ estimate, lower, upper }: Interval & { estimate: number }): string {
  return `${signed(estimate)} µs (95 %: ${signed(lower)} to ${signed(upper)})`;
}
