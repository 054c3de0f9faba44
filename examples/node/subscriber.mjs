// A job board: which positions are open, read from the history of events and kept up to date.
//
//   node examples/node/subscriber.mjs docs/contract/asyncapi.json board.json
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import process from "node:process";
import amqp from "amqplib";

const [contractFile, kept] = process.argv.slice(2);
const { channels } = JSON.parse(readFileSync(contractFile, "utf8"));
const [opened, changed, closed] = ["opened", "changed", "closed"].map(
  (what) => channels[`matching.position-${what}.v1`].address,
);
const history = channels["events.history"].bindings.amqp.queue.name;

// What is known, and up to where: in a service of yours, all of it in one transaction of your database.
const board = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : { offset: null, seen: {}, open: {} };

function read({ fields, properties: { headers }, content }) {
  const event = JSON.parse(content);
  const key = `${headers.cloudEvents_source} ${headers.cloudEvents_id}`;
  if (!(key in board.seen)) { // you see an event at least once
    board.seen[key] = true;
    if (fields.routingKey === opened || fields.routingKey === changed) {
      board.open[event.position_id] = event.requirements;
    } else if (fields.routingKey === closed) {
      delete board.open[event.position_id];
    }
  }
  board.offset = headers["x-stream-offset"];
  writeFileSync(`${kept}.new`, JSON.stringify(board));
  renameSync(`${kept}.new`, kept);
  console.log(board.offset, headers.cloudEvents_type, `${Object.keys(board.open).length} open`);
}

const connection = await amqp.connect(process.env.AMQP_URL);
connection.on("close", () => process.exit(1)); // whatever runs this starts it again
const channel = await connection.createChannel();
await channel.prefetch(100);
const start = board.offset === null ? "first" : board.offset + 1;
await channel.consume(
  history,
  (message) => {
    if (message === null) throw new Error("The broker has ended the subscription: start again.");
    read(message);
    channel.ack(message);
  },
  { arguments: { "x-stream-offset": start } },
);
