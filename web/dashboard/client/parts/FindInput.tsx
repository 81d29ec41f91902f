// A filter that is typed: it goes into the address when the typing rests, and an address that came from elsewhere goes into the field.

import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

type Props = {
  label: string;
  value: string | undefined;
  apply(text: string): void;
  placeholder?: string;
  type?: 'text' | 'date';
};

export function FindInput({ label, value = '', apply, placeholder, type = 'text' }: Props) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const tell = useDebouncedCallback((typed: string) => {
    told.current = typed;
    apply(typed);
  }, 300);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setText(value);
  }, [value]);
  return (
    <TextInput
      label={label}
      type={type}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
      {...(placeholder === undefined ? {} : { placeholder })}
    />
  );
}
