import type { DefaultTheme } from 'vitepress';

export const sidebar: DefaultTheme.Sidebar = {};
