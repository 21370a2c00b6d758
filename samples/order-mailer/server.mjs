// Writes a letter to customers when their orders change. No SDK: Dapr calls this app over HTTP. An entry in dapr.yaml and a grant in each set's
// events.yaml add it to the system (README.md).
import { createServer } from "node:http";

const port = Number(process.env.APP_PORT ?? 5200);
const token = process.env.APP_API_TOKEN;
const remembered = 60 * 60 * 1000; // how long an event id is kept: longer than a redelivery can take
const letters = [];
const undelivered = []; // events of which no letter could be written, for a person to look at
const seen = new Map(); // event id -> when it may be forgotten; an event can come twice

const texts = {
  "order.confirmed": (order) => `Your order ${order.orderId} is confirmed.`,
  "order.cancelled": (order) => `Your order ${order.orderId} was cancelled: ${order.reason}`,
  "order.shipped": (order) => `Your order ${order.orderId} is on its way (${order.tracking}).`,
};

const deadLetters = "order-mailer-dead-letters";
const subscriptions = [
  { pubsubname: "events", topic: "orders", route: "/events/orders", deadLetterTopic: deadLetters },
  { pubsubname: "events", topic: "orders-choreography", route: "/events/orders", deadLetterTopic: deadLetters },
  { pubsubname: "events", topic: deadLetters, route: "/events/undelivered" },
];

function hear(event) {
  const text = texts[event.type];
  const now = Date.now();
  for (const [id, until] of seen) {
    if (until > now) break; // entries are in the order they came
    seen.delete(id);
  }
  if (!text || seen.has(event.data.eventId)) return;
  letters.push({ orderId: event.data.orderId, type: event.type, text: text(event.data) });
  seen.set(event.data.eventId, now + remembered);
}

function keep(event) {
  if (undelivered.some((one) => one.id === event.id)) return;
  console.error(`event ${event.id} (${event.type}) is kept as undelivered`);
  undelivered.push({ id: event.id, type: event.type, subject: event.subject, event });
}

const handlers = { "/events/orders": hear, "/events/undelivered": keep };

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(value === undefined ? "" : JSON.stringify(value));
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/healthz") return answer(response, 200);
  if (token && request.headers["dapr-api-token"] !== token) return answer(response, 401);
  if (pathname === "/dapr/subscribe") return answer(response, 200, subscriptions);
  if (pathname === "/letters") return answer(response, 200, { items: letters });
  if (pathname === "/undelivered") return answer(response, 200, { items: undelivered });
  const handle = handlers[pathname];
  if (!handle || request.method !== "POST") return answer(response, 404, {});
  try {
    handle(JSON.parse(await bodyOf(request)));
    answer(response, 200, { status: "SUCCESS" });
  } catch (error) {
    console.error("event can't be read:", error.message);
    answer(response, 200, { status: "DROP" }); // to the dead letters: reading it again would not help
  }
});

server.listen(port, "127.0.0.1", () => console.log(`order-mailer listens on ${port}`));
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.close(() => process.exit(0)));
