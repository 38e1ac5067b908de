// A file with the prompt beside its lines: who wrote this, and what had been asked for.
import type { VNode } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { FilePage, FilesPage } from '../model/pages.ts';
import { blocksOf, type LineBlock } from './blocks.ts';
import { FileBlock } from './file-block.tsx';
import { useKeys } from './keys.ts';
import { LinePanel } from './line-panel.tsx';
import { Empty, Show } from './notes.tsx';
import { OriginBar } from './origin-bar.tsx';
import { filePath } from './route.ts';
import { marked } from './shown-text.tsx';
import { useAnswer } from './use-answer.ts';
import { amountOf } from './words.ts';

const LISTED_MAX = 400;

interface FilesProps {
  readonly path: string | null;
  readonly line: number | null;
}

export function FilesView({ path, line }: FilesProps): VNode {
  const { answered } = useAnswer<FilesPage>('files');
  return (
    <div class={`files${path === null ? '' : ' has-file'}`}>
      <h1 class="unseen">Files</h1>
      <Show answered={answered}>{({ paths }) => <FileList paths={paths} open={path} />}</Show>
      {path === null ? (
        <Empty>
          <p>Choose a file: each line has the prompt behind it.</p>
        </Empty>
      ) : (
        <OneFile key={path} path={path} line={line} />
      )}
    </div>
  );
}

function FileList({
  paths,
  open,
}: {
  readonly paths: readonly string[];
  readonly open: string | null;
}): VNode {
  const [wanted, setWanted] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });
  const found = useMemo(() => {
    const words = wanted.toLowerCase().split(/\s+/);
    return paths.filter((path) => words.every((word) => path.toLowerCase().includes(word)));
  }, [paths, wanted]);
  return (
    <nav class="file-list" aria-label="files">
      <label>
        <span class="unseen">find a file</span>
        <input
          ref={input}
          type="search"
          placeholder={`find in ${amountOf(paths.length)} files`}
          value={wanted}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      </label>
      <ul>
        {found.slice(0, LISTED_MAX).map((path) => (
          <li key={path}>
            <a href={filePath(path)} aria-current={path === open ? 'page' : undefined} title={path}>
              <span class="folder">{marked(path.slice(0, path.lastIndexOf('/') + 1))}</span>
              <span>{marked(path.slice(path.lastIndexOf('/') + 1))}</span>
            </a>
          </li>
        ))}
      </ul>
      {found.length > LISTED_MAX ? (
        <p class="note">{amountOf(found.length - LISTED_MAX)} more: say more of the name</p>
      ) : null}
    </nav>
  );
}

function OneFile({ path, line }: { readonly path: string; readonly line: number | null }): VNode {
  const { answered } = useAnswer<FilePage>('file', { path });
  return (
    <section class="one-file" aria-label={path}>
      <Show answered={answered}>{(file) => <Explained file={file} line={line} />}</Show>
    </section>
  );
}

function Explained({
  file,
  line,
}: {
  readonly file: FilePage;
  readonly line: number | null;
}): VNode {
  const blocks = useMemo(() => blocksOf(file), [file]);
  const holding = (wanted: number | null): LineBlock | null =>
    blocks.find(({ lines }) => lines.some((one) => one.line === wanted)) ?? null;
  const [picked, setPicked] = useState<LineBlock | null>(() => holding(line));
  const move = (by: number): void => {
    const at = picked === null ? -1 : blocks.indexOf(picked);
    const next = blocks[Math.min(Math.max(0, at + by), blocks.length - 1)] ?? null;
    setPicked(next);
    document
      .getElementById(`L${String(next?.lines[0]?.line ?? 1)}`)
      ?.scrollIntoView({ block: 'center' });
  };
  useKeys({ j: () => move(1), k: () => move(-1), Escape: () => setPicked(null) });
  return (
    <>
      <header class="file-head">
        <h2>{marked(file.path)}</h2>
        <OriginBar counts={file.summary} />
      </header>
      {file.lines.length === 0 ? (
        <Empty>
          <p>The file is empty.</p>
        </Empty>
      ) : null}
      <div class="blame">
        {blocks.map((block) => (
          <FileBlock
            key={block.lines[0]?.line}
            block={block}
            isPicked={block === picked}
            onPick={() => setPicked(block === picked ? null : block)}
          />
        ))}
      </div>
      {picked === null ? null : <LinePanel block={picked} onClose={() => setPicked(null)} />}
    </>
  );
}
