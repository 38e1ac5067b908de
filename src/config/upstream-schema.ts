// Another machine, by its URL.
import { z } from 'zod';

export const upstream = z
  .string()
  .refine(
    (text) => /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(text) && URL.canParse(text),
    'must be an http or https URL without user, query and fragment',
  );
