/** A promise and the function that keeps it. */
export class Signal {
  readonly promise: Promise<void>;
  #give: () => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#give = resolve;
    });
  }

  give(): void {
    this.#give();
  }
}
