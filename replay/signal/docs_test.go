package signal

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocument: docs/signals.md tells of every kind, with the numbers that are in the code.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/signals.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, section := range strings.Split(string(b), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		sections[title] = strings.Join(strings.Fields(text), " ")
	}
	for _, kind := range []string{KindError, KindConsole, KindRequest, KindSlowRequest, KindSlowPage, KindVital, KindRage, KindDead,
		KindErrorClick, KindQuickBack, KindThrash, KindAbandon, KindFreeze, KindRefresh} {
		if !regexp.MustCompile(`(?m)^\|.*\| ` + "`" + kind + "`" + ` \|`).Match(b) {
			t.Errorf("%s is in no row of the table", kind)
		}
	}
	for title, numbers := range map[string][]string{
		"How they are found": {fmt.Sprintf("at most %d moments", momentsPerKindMax)},
		"Requests":           {fmt.Sprintf("**%d ms**", slowRequestMs)},
		"Pages": {fmt.Sprintf("**LCP over %v ms, INP over %v ms, CLS over %v**", vitalLimits[0].poor, vitalLimits[1].poor, vitalLimits[2].poor),
			fmt.Sprintf("**FCP over %v ms, TTFB over %v ms**", vitalLimits[3].poor, vitalLimits[4].poor), thousands(loadSlowMs)},
		"Rage click":      {fmt.Sprintf("**%d** or more clicks", rageClicksMin), fmt.Sprintf("**%d ms**", rageGapMs), fmt.Sprintf("**%d px**", rageReachPx)},
		"Dead click":      {fmt.Sprintf("**%d ms**", deadAfterMs), fmt.Sprintf("**%d ms**", linkAfterMs)},
		"Error click":     {fmt.Sprintf("**%d ms**", errorClickMs)},
		"Quick back":      {fmt.Sprintf("**%d ms**", quickBackMs), fmt.Sprintf("**%d ms**", redirectMs)},
		"Thrashed cursor": {fmt.Sprintf("**%d** times within **%d ms**", thrashTurnsMin, thrashWindowMs), fmt.Sprintf("**%d px**", thrashLegPx)},
		"Form abandoned":  {fmt.Sprintf("**%d ms**", formEnterMs), fmt.Sprintf("within %d ms", formButtonMs), fmt.Sprintf("the last %d fields", formFieldsMax), fmt.Sprintf("the last %d clicks", formClicksMax)},
		"Freeze":          {fmt.Sprintf("**%d ms**", freezeMs)},
		"Refresh rage":    {fmt.Sprintf("**%d** times within %s", refreshesMin, thousands(refreshWindowMs)), fmt.Sprintf("within %d ms after a click", refreshClickMs)},
	} {
		for _, number := range numbers {
			if !strings.Contains(sections[title], number) {
				t.Errorf("%q does not say %q", title, number)
			}
		}
	}
}

// thousands writes a number of ms as the document does.
func thousands(ms int) string {
	return fmt.Sprintf("**%d,%03d ms**", ms/1000, ms%1000)
}
