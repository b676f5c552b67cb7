import assert from "node:assert/strict";
import { test } from "node:test";
import { Limiter, mostClients, windowAt, windowsOf } from "../src/limiter.ts";

const at = (time: string) => new Date(`2026-11-20T${time}Z`);
const client = (number: number) => ({ key: `client ${number}`, network: "" });
const minute = { length: 60_000, most: 20 };
const hour = { length: 3_600_000, most: 200 };

test("the limits are on, and what is left out of one stays as it is", () => {
  const usual = {
    loginStarts: [minute, hour],
    callbackFailures: [{ ...minute, most: 30 }],
    connects: [{ ...hour, most: 10 }],
    messages: [{ ...hour, most: 5 }],
  };
  assert.deepEqual(windowsOf(), usual);
  assert.deepEqual(windowsOf({}), usual);
  assert.deepEqual(windowsOf({ loginStarts: { minute: 3 }, connects: { hour: 1, minute: 2 } }), {
    ...usual,
    loginStarts: [{ ...minute, most: 3 }, hour],
    connects: [
      { ...minute, most: 2 },
      { ...hour, most: 1 },
    ],
  });
});

test("a window, a limit and all of them can be switched off", () => {
  assert.deepEqual(windowsOf({ loginStarts: { hour: false } }).loginStarts, [minute]);
  assert.deepEqual(windowsOf({ messages: false }).messages, []);
  assert.equal(windowsOf({ messages: false }).connects.length, 1);
  assert.deepEqual(Object.values(windowsOf(false)).flat(), []);
});

test("windows are the minutes and hours of the clock", () => {
  const { number, endsAt } = windowAt(minute, at("12:00:59.999"));
  assert.deepEqual(endsAt, at("12:01:00"));
  assert.equal(windowAt(minute, at("12:01:00")).number, number + 1);
  assert.deepEqual(windowAt(hour, at("12:00:59.999")).endsAt, at("13:00:00"));
});

test("each client is counted by itself, in each window from the start", () => {
  const limiter = new Limiter();
  const count = (number: number, time: string, window = minute) =>
    limiter.count(client(number), window, at(time));
  assert.deepEqual([count(1, "12:00:00"), count(1, "12:00:59"), count(2, "12:00:59")], [1, 2, 1]);
  assert.deepEqual([count(1, "12:00:59", hour), count(1, "12:01:00", hour)], [1, 2]);
  assert.deepEqual([count(1, "12:01:00"), count(2, "12:01:00")], [1, 1]);
});

test("a process remembers a bounded number of clients, those counted last", () => {
  const limiter = new Limiter();
  const count = (number: number) => limiter.count(client(number), minute, at("12:00:00"));
  count(0);
  for (let number = 1; number < mostClients; number++) count(number);
  assert.equal(count(0), 2, "as many as are remembered");
  count(mostClients);
  assert.equal(count(0), 3, "counted lately");
  assert.equal(count(1), 1, "the oldest is forgotten");
});

test("who is refused is so until the end, and a bounded number of clients", () => {
  const limiter = new Limiter();
  const until = (number: number, time: string) => limiter.refusedUntil(client(number), at(time));
  limiter.refuse(client(0), at("12:01:00"));
  assert.deepEqual(until(0, "12:00:59.999"), at("12:01:00"));
  assert.equal(until(1, "12:00:00"), undefined);
  assert.equal(until(0, "12:01:00"), undefined);
  for (let number = 0; number <= mostClients; number++) {
    limiter.refuse(client(number), at("12:01:00"));
  }
  assert.equal(until(0, "12:00:00"), undefined);
  assert.deepEqual(until(1, "12:00:00"), at("12:01:00"));
});
