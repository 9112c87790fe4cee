import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { CodeBlock } from './codeBlocks.ts';

/** A module made of code blocks, and the lines of the page that say what is printed. */
export interface PageModule {
  readonly code: string;
  /** For each `console.log(…); // → text`: the line of the page, and the text. */
  readonly expected: readonly { readonly line: number; readonly text: string }[];
}

/**
 * One module of all the blocks, in order. Imports are merged and come first, since each block may repeat those that it
 * needs; types are erased; a relative import that is no block of the page is one from the page's folder.
 * `console.log(…); // → text` becomes `shown(i, …)`, which compares (see `run.ts`).
 */
export function pageModule(
  blocks: readonly CodeBlock[],
  folder: string,
  files: ReadonlySet<string>,
): PageModule {
  const imports = new Imports(folder, files);
  const expected: { line: number; text: string }[] = [];
  const bodies = blocks.map((block) => {
    const source = ts.createSourceFile('block.ts', block.code, ts.ScriptTarget.ES2022, true);
    const edits = [...imports.take(source), ...showing(source, block, expected)];
    return edits
      .sort((a, b) => b.from - a.from)
      .reduce((code, { from, to, text }) => code.slice(0, from) + text + code.slice(to), block.code);
  });
  const { outputText, diagnostics } = ts.transpileModule([imports.text(), ...bodies].join('\n'), {
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      // Every name that a page imports must be exported, whether the page uses it or not.
      verbatimModuleSyntax: true,
    },
  });
  const [mistake] = diagnostics ?? [];
  if (mistake) throw new Error(ts.flattenDiagnosticMessageText(mistake.messageText, '\n'));
  return { code: outputText, expected };
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The imports of several blocks as one list without repetitions. */
class Imports {
  private readonly lines = new Set<string>();
  private readonly folder: string;
  private readonly files: ReadonlySet<string>;

  constructor(folder: string, files: ReadonlySet<string>) {
    this.folder = folder;
    this.files = files;
  }

  /** Notes the imports of a block, and gives the edits that take them out of it. */
  take(source: ts.SourceFile): Edit[] {
    return source.statements.filter(ts.isImportDeclaration).map((statement) => {
      const from = `from ${JSON.stringify(this.resolved((statement.moduleSpecifier as ts.StringLiteral).text))};`;
      const clause = statement.importClause;
      const bindings = clause?.namedBindings;
      if (!clause) this.lines.add(from.replace('from', 'import'));
      if (clause?.name) this.lines.add(`import ${clause.name.text} ${from}`);
      if (bindings && ts.isNamespaceImport(bindings)) this.lines.add(`import ${bindings.getText()} ${from}`);
      if (bindings && ts.isNamedImports(bindings)) {
        const type = clause.isTypeOnly ? 'type ' : '';
        for (const one of bindings.elements) this.lines.add(`import ${type}{ ${one.getText()} } ${from}`);
      }
      return { from: statement.getStart(), to: statement.end, text: '' };
    });
  }

  text = () => [...this.lines].join('\n');

  private resolved(name: string): string {
    if (!name.startsWith('.') || this.files.has(name.replace('./', ''))) return name;
    const path = resolve(this.folder, name);
    if (!existsSync(path))
      throw new Error(`There is no "${name}" beside the page, nor a block that names it.`);
    return pathToFileURL(path).href;
  }
}

/** Edits that make every `console.log` with a `// → text` behind it compare; throws where the comment stands elsewhere. */
function showing(
  source: ts.SourceFile,
  block: CodeBlock,
  expected: { line: number; text: string }[],
): Edit[] {
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      const { expression: callee, arguments: values } = node.expression;
      const [, text] = /^[^\n]*?\/\/ → (.*)/.exec(block.code.slice(node.end)) ?? [];
      if (callee.getText() === 'console.log' && text !== undefined) {
        const line = block.line + source.getLineAndCharacterOfPosition(node.end).line;
        const id = expected.push({ line, text: text.trimEnd() }) - 1;
        const first = values.length > 0 ? ', ' : '';
        const to = values.length > 0 ? values[0].getStart() : callee.end + 1;
        edits.push({ from: callee.getStart(), to, text: `globalThis.shown(${id}${first}` });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const arrows = block.code.match(/\/\/ →/g)?.length ?? 0;
  if (arrows !== edits.length) {
    throw new Error(
      `${arrows - edits.length} comments "// →" do not stand behind a console.log(…); of their own line.`,
    );
  }
  return edits;
}
