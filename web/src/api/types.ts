// Names for the shapes of the OpenAPI document.
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type Alert = Schemas['Alert'];
export type Level = Schemas['Level'];
export type AlertState = Schemas['AlertState'];
export type AlertVerdict = Schemas['AlertVerdict'];
export type AlertChange = Schemas['AlertChange'];
export type Decision = Schemas['Decision'];
export type DecisionOutcome = Schemas['DecisionOutcome'];
export type DecisionApproval = Schemas['DecisionApproval'];
export type DecisionPreview = Schemas['DecisionPreview'];
export type DecisionReceipts = Schemas['DecisionReceipts'];
export type Enforcer = Schemas['Enforcer'];
export type Exception = Schemas['Exception'];
export type ExceptionPreview = Schemas['ExceptionPreview'];
export type Playbook = Schemas['Playbook'];
export type PlaybookRun = Schemas['PlaybookRun'];
export type Rule = Schemas['Rule'];
export type Rules = Schemas['Rules'];
export type RuleCheck = Schemas['RuleCheck'];
export type RuleText = Schemas['RuleText'];
export type Backtest = Schemas['Backtest'];
export type Source = Schemas['Source'];
export type Key = Schemas['Key'];
export type Channel = Schemas['Channel'];
export type Health = Schemas['Health'];
export type RecordView = Schemas['RecordView'];
export type AuditEntry = Schemas['AuditEntry'];
export type SettingsView = Schemas['SettingsView'];
export type Monitor = Schemas['Monitor'];

// Searches give whatever columns their query names.
export type Cell = string | number | boolean | null | undefined | Array<string | number | boolean>;
export type Row = Record<string, Cell>;
export interface SearchResult {
  columns: { name: string; type: string }[];
  rows: Row[];
  outcome: {
    rows: number;
    more: boolean;
    events: boolean;
    took_ms: number;
    parts_read: number;
    parts_skipped: number;
    warnings: string[];
  };
}
