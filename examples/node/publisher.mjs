// Publish an event as a service outside: its type, your name, its data.
//
//   node examples/node/publisher.mjs docs/contract/asyncapi.json position-requested demo-hr '{"firm_id": …, "request_id": …, …}'
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import amqp from "amqplib";

const [contractFile, type, name, data] = process.argv.slice(2);
const contract = JSON.parse(readFileSync(contractFile, "utf8"));
const { address, bindings } = contract.channels[`external.${type}.v1`];
const message = contract.components.messages[`external.${type}.v1`];

const source = `/external/${name}`;
const event = JSON.parse(data);
const subject = message["x-subject"].map((field) => event[field]).join(".");
// The same thing said again has the same id: whoever tries again after a crash says nothing new.
const messageId = createHash("sha256").update(`${source} ${type} ${subject}`).digest("hex").slice(0, 32);
const headers = {
  cloudEvents_id: messageId,
  cloudEvents_source: source,
  cloudEvents_type: message.headers.properties.cloudEvents_type.const,
  cloudEvents_subject: subject,
  cloudEvents_time: Date.now(),
  cloudEvents_specversion: "1.0",
};

const connection = await amqp.connect(process.env.AMQP_URL);
const channel = await connection.createConfirmChannel();
channel.on("return", () => {
  throw new Error(`Nobody reads ${address}.`);
});
channel.publish(bindings.amqp.exchange.name, address, Buffer.from(data), {
  contentType: "application/json",
  persistent: true,
  mandatory: true,
  messageId,
  headers,
});
await channel.waitForConfirms(); // rejects unless the broker has it safe
await connection.close();
console.log(messageId);
