import { expect, test } from 'vitest';
import { telemetryIn } from './telemetry.ts';

function frame(message: string): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(0xa55a0002, 0);
  head.writeUInt32BE(Buffer.byteLength(message), 4);
  return Buffer.concat([head, Buffer.from(message)]);
}

test('messages come out in order, whatever they are made of', () => {
  const frames = Buffer.concat([frame('{"level":"ERROR"}'), frame('späte\nZeile\n'), frame('')]);

  expect(telemetryIn(frames)).toEqual(['{"level":"ERROR"}', 'späte\nZeile', '']);
});

test('a frame that broke off is left out', () => {
  const whole = frame('whole');

  expect(telemetryIn(Buffer.concat([whole, frame('broken').subarray(0, 18)]))).toEqual(['whole']);
  expect(telemetryIn(whole.subarray(0, 7))).toEqual([]);
});
