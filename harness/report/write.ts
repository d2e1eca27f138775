/** All forms of a report into one folder. */
import { join } from 'node:path';
import { writeWhole } from '../text/files.ts';
import { jsonText, printable } from '../text/printable.ts';
import { printPlan } from '../plan/plan-file.ts';
import { caseOf, junitXml, markdown, plainTrace, shivizLog } from './forms.ts';
import { reportPage } from './page/page.ts';
import type { Report } from './report.ts';
import { reportText } from './terminal.ts';

/** The names of the files, without folder: what a report says of itself before it is written. */
export const fileNames = (
  stem: string,
): Readonly<Record<'page' | 'plan' | 'json' | 'text' | 'junit' | 'markdown' | 'shiviz' | 'trace', string>> => ({
  page: `${stem}.html`,
  plan: `${stem}.plan.json`,
  json: `${stem}.report.json`,
  text: `${stem}.txt`,
  junit: `${stem}.junit.xml`,
  markdown: `${stem}.md`,
  shiviz: `${stem}.shiviz.log`,
  trace: `${stem}.trace.txt`,
});

/** @throws UsageError when a file cannot be written */
export function writeReport(folder: string, stem: string, report: Report): void {
  const names = fileNames(stem);
  const write = (name: string, text: string): void => writeWhole(join(folder, name), text);
  write(names.json, `${jsonText(report)}\n`);
  write(names.page, reportPage(report));
  write(names.plan, printPlan(report.plan));
  write(names.text, printable(reportText(report, false)));
  write(names.junit, junitXml(`whitewater ${report.what}`, [caseOf(report, `whitewater.${report.scenario}`)], null));
  write(names.markdown, printable(markdown(report)));
  write(names.shiviz, printable(shivizLog(report.run)));
  write(names.trace, printable(plainTrace(report.run)));
}
