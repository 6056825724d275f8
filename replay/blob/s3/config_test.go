package s3

import (
	"fmt"
	"strings"
	"testing"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

var keys = map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hush"}

func TestParse(t *testing.T) {
	for rawURL, want := range map[string]Config{
		"s3://recordings": {Bucket: "recordings", Endpoint: "s3.amazonaws.com", Region: "us-east-1"},
		"s3://b-1/?endpoint=127.0.0.1:9000&insecure=true": {
			Bucket: "b-1", Endpoint: "127.0.0.1:9000", Region: "us-east-1", Insecure: true,
		},
		"s3://rec?endpoint=minio&region=eu-central-1&prefix=a/b/": {
			Bucket: "rec", Endpoint: "minio", Region: "eu-central-1", Prefix: "a/b/",
		},
		"s3://rec?prefix=&insecure=false": {Bucket: "rec", Endpoint: "s3.amazonaws.com", Region: "us-east-1"},
	} {
		want.AccessKey, want.SecretKey = "id", "hush"
		got, err := Parse(rawURL, env(keys))
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", rawURL, got, err, want)
		}
		again, err := Parse(got.String(), env(keys))
		if err != nil || again != got {
			t.Errorf("Parse(String()) of %q = %s, %v", rawURL, again, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for rawURL, want := range map[string]string{
		"":                                      "scheme",
		"http://bucket":                         "scheme",
		"s3://":                                 "bucket name",
		"s3://Ab?endpoint=x":                    "bucket name",
		"s3://a.b.c":                            "bucket name",
		"s3://bucket/folder":                    "prefix=",
		"s3://id:topsecret@bucket":              EnvSecretKey,
		"s3://id:topsecret@buc ket":             "not a URL",
		"s3://bucket?endpoint=https://host":     "without https://",
		"s3://bucket?endpoint=":                 "endpoint",
		"s3://bucket?insecure=perhaps":          "true or false",
		"s3://bucket?prefix=../x":               "prefix",
		"s3://bucket?pathstyle=1":               "unknown parameter",
		"s3://bucket?region=a&region=b":         "2 times",
		"s3://bucket?endpoint=host#x":           "#",
		"s3://bucket?endpoint=host;region=else": "parameters",
	} {
		_, err := Parse(rawURL, env(keys))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want an error with %q", rawURL, err, want)
		} else if strings.Contains(err.Error(), "topsecret") {
			t.Errorf("Parse(%q): the error shows the secret: %v", rawURL, err)
		}
	}
}

func TestCredentials(t *testing.T) {
	const amazon, other = "s3://bucket?endpoint=s3.eu-west-1.amazonaws.com", "s3://bucket?endpoint=host:9000"
	both := map[string]string{
		"AFTERIMAGE_S3_ACCESS_KEY": "ours", "AFTERIMAGE_S3_SECRET_KEY": "our-secret",
		"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "token",
	}
	c, err := Parse(other, env(both))
	if err != nil || c.AccessKey != "ours" || c.SecretKey != "our-secret" || c.SessionToken != "" {
		t.Errorf("with both pairs set: %v, %v, want ours alone", c, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(verb, c); strings.Contains(shown, "our-secret") {
			t.Errorf("printed with %s the secret shows: %s", verb, shown)
		}
	}
	for _, vars := range []map[string]string{
		{}, {"AWS_ACCESS_KEY_ID": "id"}, {"AFTERIMAGE_S3_SECRET_KEY": "x"},
		{"AFTERIMAGE_S3_ACCESS_KEY": "x", "AWS_SECRET_ACCESS_KEY": "y"}, // halves of two pairs are no pair
	} {
		if _, err := Parse(other, env(vars)); err == nil || !strings.Contains(err.Error(), EnvSecretKey) {
			t.Errorf("with %v: %v, want an error that says what to set", vars, err)
		}
	}
	if c, err := Parse(amazon, env(nil)); err != nil || c.AccessKey != "" {
		t.Errorf("at Amazon without keys: %v, %v, want the machine's role", c, err)
	}
}
