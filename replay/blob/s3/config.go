package s3

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/afterimage/afterimage/replay/blob"
)

// The environment variables that hold credentials, the first pair before the second.
const (
	EnvAccessKey    = "AFTERIMAGE_S3_ACCESS_KEY"
	EnvSecretKey    = "AFTERIMAGE_S3_SECRET_KEY"
	envAWSAccessKey = "AWS_ACCESS_KEY_ID"
	envAWSSecretKey = "AWS_SECRET_ACCESS_KEY"
	envAWSSession   = "AWS_SESSION_TOKEN"
)

const (
	amazonEndpoint = "s3.amazonaws.com"
	defaultRegion  = "us-east-1"
)

// Config says where a bucket is and who asks.
type Config struct {
	Bucket   string
	Endpoint string // host or host:port
	Region   string
	Insecure bool   // plain HTTP
	Prefix   string // of all keys in the bucket: empty, or ending in a slash

	// AccessKey and SecretKey are empty only at Amazon: then the role of the machine is used.
	AccessKey, SecretKey, SessionToken string
}

// String shows the bucket as the URL that [Parse] takes; never the credentials.
func (c Config) String() string {
	q := url.Values{"endpoint": {c.Endpoint}, "region": {c.Region}}
	if c.Insecure {
		q.Set("insecure", "true")
	}
	if c.Prefix != "" {
		q.Set("prefix", c.Prefix)
	}
	return "s3://" + c.Bucket + "?" + q.Encode()
}

// GoString keeps the credentials out of %#v too.
func (c Config) GoString() string { return "s3.Config(" + c.String() + ")" }

// bucketName is what all S3 servers take (AWS's rules without dots, which break TLS names).
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

const urlForm = "s3://BUCKET?endpoint=HOST:PORT&region=REGION&insecure=true&prefix=PREFIX"

// Parse reads a URL of the form
//
//	s3://bucket?endpoint=host:port&region=us-east-1&insecure=true&prefix=some/folder
//
// of which all parameters may be missing (endpoint: Amazon's; region: us-east-1; insecure:
// false), and takes the credentials from the environment, which getenv reads:
// AFTERIMAGE_S3_ACCESS_KEY and AFTERIMAGE_S3_SECRET_KEY, or else AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Errors say what to change and hold no secret.
func Parse(rawURL string, getenv func(string) string) (Config, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		// The error of url.Parse holds the URL, and with it what somebody may have written before an @.
		return Config{}, errors.New("object store: not a URL; write " + urlForm)
	}
	c, err := parseURL(u)
	if err == nil {
		err = c.addCredentials(getenv)
	}
	if err != nil {
		return Config{}, fmt.Errorf("object store: %w", err)
	}
	return c, nil
}

func parseURL(u *url.URL) (Config, error) {
	c := Config{Bucket: u.Host, Endpoint: amazonEndpoint, Region: defaultRegion}
	switch {
	case u.Scheme != "s3":
		return Config{}, fmt.Errorf("scheme %q is not s3; write %s", u.Scheme, urlForm)
	case u.User != nil:
		return Config{}, fmt.Errorf("no credentials in the URL: set %s and %s", EnvAccessKey, EnvSecretKey)
	case !bucketName.MatchString(c.Bucket):
		return Config{}, fmt.Errorf("bucket name %q: 3 to 63 of a-z, 0-9 and -, not - at its ends", c.Bucket)
	case u.Path != "" && u.Path != "/":
		return Config{}, fmt.Errorf("path %q after the bucket: name a folder with prefix=", u.Path)
	case u.Fragment != "":
		return Config{}, errors.New("a # in the URL; escape it as %23")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, fmt.Errorf("parameters: %w", err)
	}
	for name, values := range query {
		if len(values) != 1 {
			return Config{}, fmt.Errorf("parameter %s is given %d times", name, len(values))
		}
		if err := c.set(name, values[0]); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

func (c *Config) set(name, value string) (err error) {
	switch name {
	case "endpoint":
		if value == "" || strings.ContainsAny(value, "/@?#") {
			return fmt.Errorf("endpoint %q: write host or host:port, without https:// (insecure=true for plain HTTP)", value)
		}
		c.Endpoint = value
	case "region":
		c.Region = value
	case "insecure":
		if c.Insecure, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("insecure=%q: write true or false", value)
		}
	case "prefix":
		if value = strings.TrimSuffix(value, "/"); value == "" {
			return nil
		}
		if err := blob.CheckKey(value); err != nil {
			return fmt.Errorf("prefix: %w", err)
		}
		c.Prefix = value + "/"
	default:
		return fmt.Errorf("unknown parameter %q; write %s", name, urlForm)
	}
	return nil
}

func (c *Config) addCredentials(getenv func(string) string) error {
	c.AccessKey, c.SecretKey = getenv(EnvAccessKey), getenv(EnvSecretKey)
	if c.AccessKey == "" && c.SecretKey == "" {
		c.AccessKey, c.SecretKey = getenv(envAWSAccessKey), getenv(envAWSSecretKey)
		c.SessionToken = getenv(envAWSSession)
	}
	switch {
	case c.AccessKey != "" && c.SecretKey != "":
		return nil
	case c.AccessKey != "" || c.SecretKey != "":
		return fmt.Errorf("half of the credentials is missing: set both %s and %s (or %s and %s)",
			EnvAccessKey, EnvSecretKey, envAWSAccessKey, envAWSSecretKey)
	case c.isAmazon():
		return nil
	}
	return fmt.Errorf("no credentials for %s: set %s and %s (or %s and %s)",
		c.Endpoint, EnvAccessKey, EnvSecretKey, envAWSAccessKey, envAWSSecretKey)
}

func (c *Config) isAmazon() bool {
	return strings.HasSuffix(c.Endpoint, ".amazonaws.com") || strings.HasSuffix(c.Endpoint, ".amazonaws.com.cn")
}
