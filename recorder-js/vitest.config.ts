import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://shop.example/cart?coupon=SECRET#pay" } },
    include: ["test/**/*.test.ts"],
    restoreMocks: true,
    testTimeout: 60_000, // the tests in Chromium start a browser
  },
});
