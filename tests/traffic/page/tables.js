// The columns of the two lists.
const WAYS = { sent: "→", received: "←", notice: "•" };

const messageColumns = [
  { title: "line", width: "4.2em", className: "number dim" },
  ...(model.timed ? [{ title: "at, s", width: "7em", className: "number dim" }] : []),
  { title: "", width: "1em", className: "way" },
  { title: "id", width: "4em", className: "number" },
  { title: "handle", width: "3.8em", className: "number" },
  { title: "method", width: "minmax(8em, 13.5em)", className: "method" },
  { title: "took", width: "6em", className: "number took" },
  { title: "bytes", width: "5em", className: "number dim" },
  { title: "stale", width: "3.6em", className: "number stale" },
  { title: "content", width: "minmax(4em, 3fr)", className: "dim" },
];

const fillMessage = (cells, i, row) => {
  const way = model.kind[i] >= NOTIFICATION ? "notice" : model.sent[i] ? "sent" : "received";
  const stale = model.change.get(i);
  const values = [
    model.line[i],
    ...(model.timed ? [moment(i)] : []),
    WAYS[way],
    model.id[i] ?? "",
    model.handle[i] ?? "",
    model.methodName(i),
    model.kind[i] === REQUEST && model.outcome[i] === UNANSWERED ? "no reply" : model.took(i) === null ? "" : span(model.took(i)),
    size(model.size[i]),
    stale ? `↻ ${stale.length}` : "",
    excerpt(i),
  ];
  cells.forEach((cell, column) => { cell.textContent = values[column]; });
  row.classList.add(way);
  row.classList.toggle("bad", model.isBad(i));
};

const objectColumns = [
  { title: "handle", width: "4.5em", className: "number" },
  { title: "class", width: "minmax(6em, 9.5em)" },
  { title: "type", width: "minmax(4em, 8em)" },
  { title: "id", width: "minmax(5em, 1fr)" },
  { title: "state", width: "5.5em" },
  { title: "calls", width: "4.5em", className: "number" },
  { title: "made stale", width: "5.6em", className: "number stale" },
  { title: "calculated", width: "5.6em", className: "number" },
  { title: "latest", width: "5.6em", className: "number" },
  { title: "longest", width: "5.6em", className: "number" },
];

/** What a column of the objects is sorted by. */
const objectKeys = [
  (index) => model.objects[index].handle,
  (index) => model.objects[index].class,
  (index) => model.objects[index].kind ?? "",
  (index) => model.objects[index].id ?? "",
  (index) => model.objects[index].state,
  (index) => model.objects[index].calls,
  (index) => model.objects[index].invalidations.length,
  (index) => model.objects[index].calculations.length,
  (index) => model.objects[index].latest ?? -1,
  (index) => model.objects[index].longest ?? -1,
];

const fillObject = (cells, index, row) => {
  const object = model.objects[index];
  const values = [
    object.handle, object.class, object.kind ?? "", object.id ?? "", object.state, number(object.calls),
    number(object.invalidations.length), number(object.calculations.length), span(object.latest), span(object.longest),
  ];
  cells.forEach((cell, column) => { cell.textContent = values[column]; });
  row.classList.toggle("closed", object.state === "closed");
};

/** The objects in the order of a column, reversed on a second request. */
const sortedObjects = (column, backwards) => {
  const key = objectKeys[column], sign = backwards ? -1 : 1;
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return model.objects.map((_, index) => index).sort((a, b) => sign * order(key(a), key(b)) || a - b);
};
