/** Reads one answer, in whatever pieces it arrives. The caller judges whether it answers the right request. */
import { createHash, hash } from 'node:crypto';
import { payload } from './payload.ts';
import { answerHeadBytes, beginsLikeAnswer, readAnswerHead, type Answer, type Complaint } from './speech.ts';

export type Hearing =
  | { kind: 'nothing' }
  | { kind: 'incomplete' }
  | { kind: 'foreign' }
  | { kind: 'damaged'; why: string }
  | { kind: 'whole'; answer: Answer };

const damaged = (why: string): Hearing => ({ kind: 'damaged', why });

/** `push` returns the state after every piece; after `foreign`, `damaged` or `whole`, nothing more may be pushed. */
export class AnswerListener {
  #text = Buffer.alloc(0);
  #answer: Answer | null = null;
  #fillLeft = 0;
  #fillDigest = createHash('sha256');
  #expected = payload('answer', '', 0, 0);
  #expectedDigest = createHash('sha256');
  #expectedLeft = 0;
  #hearing: Hearing = { kind: 'nothing' };

  push(piece: Buffer): Hearing {
    this.#hearing = this.#answer ? this.#takeFill(this.#answer, piece) : this.#takeText(piece);
    return this.#hearing;
  }

  /** The verdict on what has arrived, if nothing more comes: never `incomplete`. */
  end(): Hearing {
    return this.#hearing.kind === 'incomplete' ? damaged('the answer was cut short') : this.#hearing;
  }

  #takeText(piece: Buffer): Hearing {
    this.#text = Buffer.concat([this.#text, piece]);
    if (this.#text.length === 0) return { kind: 'nothing' };
    if (!beginsLikeAnswer(this.#text)) return { kind: 'foreign' };
    if (this.#text.length < answerHeadBytes) return { kind: 'incomplete' };
    const head = readAnswerHead(this.#text.subarray(0, answerHeadBytes));
    if (!head) return damaged('the head of the answer was damaged');
    const end = answerHeadBytes + head.length;
    if (this.#text.length < end) return { kind: 'incomplete' };
    const line = this.#text.subarray(answerHeadBytes, end);
    if (hash('sha256', line).slice(0, 16) !== head.digest) return damaged('the answer was damaged');
    const said = JSON.parse(line.toString()) as Answer | Complaint;
    if ('damaged' in said) return damaged('the request was damaged');
    this.#answer = said;
    this.#fillLeft = this.#expectedLeft = Number(said.fill);
    this.#expected = payload('answer', said.nonce, said.sequence, Number(said.fill));
    return this.#takeFill(said, this.#text.subarray(end));
  }

  #takeFill(answer: Answer, piece: Buffer): Hearing {
    if (piece.length > this.#fillLeft) return damaged('the answer was longer than announced');
    this.#fillDigest.update(piece);
    this.#fillLeft -= piece.length;
    this.#expectAsMuch();
    if (this.#fillLeft > 0) return { kind: 'incomplete' };
    return this.#expectedDigest.digest('hex') === this.#fillDigest.digest('hex')
      ? { kind: 'whole', answer }
      : damaged('the payload of the answer was damaged');
  }

  /** As it arrives: some MiB at once would keep a busy probe from all else. */
  #expectAsMuch(): void {
    while (this.#expectedLeft > this.#fillLeft) {
      const { done, value: block } = this.#expected.next();
      if (done) return;
      this.#expectedDigest.update(block);
      this.#expectedLeft -= block.length;
    }
  }
}
