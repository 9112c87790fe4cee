import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { onMounted } from 'vue';
import 'katex/dist/katex.min.css';
import { keepScrollableReachable } from './scrollable';
import './style.css';

export default {
  extends: DefaultTheme,
  setup: () => onMounted(keepScrollableReachable),
} satisfies Theme;
