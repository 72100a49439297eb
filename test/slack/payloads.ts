// What the adapter sends to Slack, in terms of Slack's own types. bot/slack/types_test.go compiles its
// golden files against these.
import type { HomeView, KnownBlock, MessageMetadata, ModalView, PlainTextElement, PlainTextOption } from '@slack/types';

// A message or a part of one. Slack asks for the text only where there are no blocks; without it, what
// notifications and screen readers get is guessed from the blocks.
export interface Page {
  text: string;
  blocks: KnownBlock[];
}

// Slack's views allow any object with a type as a block; these hold the blocks to the known ones.
export interface Modal extends Omit<ModalView, 'blocks'> {
  blocks: KnownBlock[];
}

export interface Home extends Omit<HomeView, 'blocks'> {
  blocks: KnownBlock[];
}

// The arguments of views.open, views.push, views.update and views.publish.
// https://docs.slack.dev/reference/methods/views.open
export interface ViewCall {
  trigger_id?: string;
  view_id?: string;
  user_id?: string;
  hash?: string;
  view: Modal | Home;
}

// The arguments of chat.postMessage, chat.postEphemeral and chat.update, and what is posted to a
// response URL. The package of the types does not describe them.
// https://docs.slack.dev/reference/methods/chat.postMessage
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
export interface Message {
  channel?: string;
  user?: string;
  ts?: string;
  thread_ts?: string;
  text: string;
  blocks?: KnownBlock[];
  metadata?: MessageMetadata;
  unfurl_links?: boolean;
  unfurl_media?: boolean;
  response_type?: 'ephemeral' | 'in_channel';
  replace_original?: boolean;
  // A message that says something takes nothing away.
  delete_original?: false;
}

// What is posted to a response URL to take a message away.
export interface Deletion {
  delete_original: true;
}

// The answers to a form that was sent off.
// https://docs.slack.dev/surfaces/modals#response_actions
export type FormResponse =
  | { response_action: 'clear' }
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update' | 'push'; view: Modal };

// The answer to what is typed into a select.
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
export type Options =
  | { options: PlainTextOption[] }
  | { option_groups: { label: PlainTextElement; options: PlainTextOption[] }[] };
