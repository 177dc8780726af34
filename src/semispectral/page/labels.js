// The labels of the page: a class for each pixel, undo and redo, and the list of classes.

const FORMULA = "=+-@", LONGEST_NAME = 80, MOST_UNDONE = 500, LARGEST_NEW_CODE = 65534;

// Two names are one to a reader where they differ in capitals and blanks alone.
const plain = (name) => String(name).trim().toLowerCase().split(/\s+/).join(" ");

class Labels {
  // at[place] is the place of its class in the list, from 1; 0: no label.
  constructor(scan, classes, taken) {
    this.scan = scan;
    this.classes = classes.map((known) => ({ ...known, pixels: 0 }));
    this.known = classes.length;
    this.taken = new Set([...taken, ...classes.map((known) => known.code)]);
    this.at = new Uint16Array(scan.lines * scan.samples);
    this.done = [];
    this.undone = [];
    this.listeners = [];
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  tell(places, before) {
    for (const listener of this.listeners) listener(places, before);
  }

  // Give pixels one class, or one each; 0 takes labels away. Several changes between begin and end are undone as one.
  give(places, values) {
    const of = typeof values === "number" ? () => values : (i) => values[i];
    const changed = [], before = [], after = [];
    for (let i = 0; i < places.length; i++) {
      const value = of(i);
      if (this.at[places[i]] === value) continue;
      changed.push(places[i]);
      before.push(this.at[places[i]]);
      after.push(value);
    }
    if (!changed.length) return;
    this.set(changed, after);
    this.undone = [];
    const change = { places: changed, before, after };
    if (this.open) this.open.push(change);
    else this.keep([change]);
    this.tell(changed, before);
  }

  begin() {
    this.open = [];
  }

  end() {
    if (this.open && this.open.length) this.keep(this.open);
    this.open = null;
    this.tell([], []);
  }

  // Take back what was changed since begin.
  drop() {
    const changes = this.open || [];
    this.open = null;
    for (const change of [...changes].reverse()) {
      this.set(change.places, change.before);
      this.tell(change.places, change.after);
    }
  }

  keep(changes) {
    this.done.push(changes);
    if (this.done.length > MOST_UNDONE) this.done.shift();
  }

  set(places, values) {
    for (let i = 0; i < places.length; i++) {
      const before = this.at[places[i]];
      if (before) this.classes[before - 1].pixels--;
      if (values[i]) this.classes[values[i] - 1].pixels++;
      this.at[places[i]] = values[i];
    }
  }

  undo() {
    this.move(this.done, this.undone, true);
  }

  redo() {
    this.move(this.undone, this.done, false);
  }

  move(from, to, back) {
    const changes = from.pop();
    if (!changes) return;
    to.push(changes);
    for (const change of back ? [...changes].reverse() : changes) {
      this.set(change.places, back ? change.before : change.after);
      this.tell(change.places, back ? change.after : change.before);
    }
  }

  // Add a class; answers why it cannot be, or nothing.
  add(name, colour, code) {
    const wanted = name.trim();
    if (!wanted || /[\p{C}\p{Zl}\p{Zp}]/u.test(wanted)) return "A class needs a name of letters that can be printed.";
    if (wanted.length > LONGEST_NAME) return `A name has at most ${LONGEST_NAME} letters.`;
    if (FORMULA.includes(wanted.normalize("NFKC")[0])) return `A name must not begin with one of ${[...FORMULA].join(" ")}.`;
    const there = this.placeOf(wanted);
    if (there >= 0) return `There is a class ${this.classes[there].name} already.`;
    if (!/^#[0-9a-fA-F]{6}$/.test(colour)) return "A colour is written like #1f77b4.";
    const free = code && !this.taken.has(code) ? code : this.freeCode();
    this.taken.add(free);
    this.classes.push({ code: free, name: wanted, colour, pixels: 0 });
    this.tell([], []);
    return "";
  }

  // Place of a class in the list, from 0, by its name; -1: there is none.
  placeOf(name) {
    const exact = this.classes.findIndex((known) => known.name === name);
    return exact >= 0 ? exact : this.classes.findIndex((known) => plain(known.name) === plain(name));
  }

  freeCode() {
    const own = this.classes.map((known) => known.code).filter((code) => code < 255);
    let code = Math.max(0, ...own) + 1;
    while (this.taken.has(code) && code < LARGEST_NEW_CODE) code++;
    return code;
  }

  get added() {
    return this.classes.slice(this.known);
  }

  get count() {
    return this.classes.reduce((sum, known) => sum + known.pixels, 0);
  }
}
