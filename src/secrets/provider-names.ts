// Names of services whose keys people keep in configuration.

/** No word of its own: `name = "…"` with nothing else already says that a key stands there. */
export const DISTINCT_PROVIDERS: readonly string[] = [
  // cloud, hosting, network
  'digitalocean linode vultr hetzner scaleway exoscale cloudflare fastly akamai heroku netlify vercel railwayapp flyio dokku koyeb zeabur northflank qovery cloudways bunnycdn keycdn cloudfront alibaba aliyun tencent qcloud volcengine qiniu upyun baidubce huaweicloud yandex selectel gandi namecheap godaddy dnsimple dnsmadeeasy buddyns ngrok zerotier tailscale netbird twingate openvpn vpnapi infomaniak clevercloud scalingo aptible',
  // data
  'mongodb couchbase couchdb planetscale cockroachdb cockroach supabase firebase faunadb xata upstash redislabs elasticsearch opensearch meilisearch typesense algolia swiftype pinecone weaviate qdrant milvus zilliz snowflake databricks clickhouse tinybird influxdb timescale questdb materialize fivetran airbyte rudderstack mparticle stitchdata hightouch metabase looker tableau posthog mixpanel amplitude fullstory hotjar appcues userflow refiner',
  // models and their tools
  'openai anthropic mistral deepgram assemblyai elevenlabs cohere huggingface replicate groq cerebras sambanova deepseek moonshot kimi zhipu bigmodel minimax dashscope siliconflow stepfun baichuan openrouter togetherai fireworksai novita lepton runpod perplexity tavily serpapi serper firecrawl langsmith langfuse helicone wandb weightsandbiases clearml cometml roboflow clarifai deepai edenai stabilityai leonardoai ollama voyageai jinaai unstructured llamaindex privateai lighton upstageai monkeylearn paralleldots',
  // forges, builds, quality
  'github gitlab bitbucket gitea forgejo codeberg gitee gitter circleci travisci droneci buildkite bitrise codemagic codefresh semaphoreci appveyor teamcity jenkins codecov coveralls codacy codeclimate deepsource sonarqube sonarcloud sonar snyk veracode checkmarx semgrep stackhawk detectify scrutinizer packagecloud cloudsmith artifactory jfrog nexus dockerhub rubygems npmjs pypi nuget packagist clojars lokalise crowdin transifex percy chromatic applitools browserstack saucelabs lambdatest bitbar testingbot blazemeter loadmill postman apimatic knapsackpro versioneye qase testrail',
  // watching
  'datadog newrelic dynatrace splunk sumologic loggly logdna logz logzio papertrail honeycomb honeybadger lightstep grafana sentry rollbar bugsnag airbrake raygun appsignal scoutapm pagerduty opsgenie victorops squadcast statuspage statuscake statuspal uptimerobot pingdom checkly cronitor apimetrics dareboost gtmetrix websitepulse signalfx sematext coralogix solarwinds appoptics',
  // talk
  'twilio telnyx plivo nexmo vonage messagebird sinch bandwidth infobip bulksms clicksend textmagic voodoosms d7network signalwire ringcentral sendgrid mailgun mailchimp mandrill mailjet mailersend mailerlite mailmodo mailboxlayer mailsac mailtrap postmark sparkpost sendinblue brevo elasticemail pepipost moosend omnisend klaviyo convertkit lemlist mixmax sendpulse socketlabs smtp2go slack discord telegram mattermost rocketchat zulip intercom zendesk freshdesk freshchat helpscout helpcrunch groovehq gorgias drift crisp tawk chatfuel manychat sendbird pusher pubnub ably onesignal pushover pushbullet airship braze iterable courier knock novu',
  // money
  'stripe braintree paypal adyen worldpay authorizenet paystack flutterwave razorpay paymongo payfast mollie gocardless plaid yodlee finicity tradier alpaca coinbase kraken binance bittrex bitfinex bitmex kucoin bitstamp poloniex okex huobi bybit luno blockfrost alchemy infura moralis quicknode etherscan bscscan polygonscan tatum coinapi coinlayer coinlib coinmarketcap cryptocompare glassnode amberdata nftport opensea finnhub tiingo intrinio iexcloud marketstack alphavantage twelvedata currencylayer exchangerate openexchangerates fixerio fastforex oanda xero quickbooks freshbooks invoiceocean paydirt chargebee recurly paddle lemonsqueezy gumroad shopify bigcommerce woocommerce snipcart etsy walmart lazada squareup taxjar avalara shippo easypost shipengine shipstation onfleet flexport lendflow dwolla',
  // work
  'atlassian jira confluence trello asana clickup airtable smartsheet todoist basecamp wrike teamwork monday meistertask nozbe everhour toggl clockify harvestapp timecamp notion evernote dynalist coda figma zeplin invision miro lucidchart dropbox boxnet onedrive docusign hellosign pandadoc signnow typeform jotform surveymonkey formsite formcraft paperform qualaroo delighted survicate hubspot salesforce pipedrive salesmate salesflare capsulecrm nutshell insightly zoho zohocrm freshworks copperhq closecrm apollo clearbit peopledatalabs rocketreach uplead hunterio snov skrapp leadfeeder zapier integromat pipedream workato tines parabola calendly eventbrite meetup zoomus webex gotomeeting livestorm demio ticketmaster contentful contentstack kontent storyblok prismic sanity strapi hygraph graphcms datocms buttercms cosmicjs wordpress webflow squarespace wix disqus mux wistia vimeo cloudinary uploadcare imgix imagekit filestack bannerbear shotstack pdfshift pdflayer docparser cloudconvert convertapi',
  // people, places, networks, facts
  'facebook instagram twitter linkedin pinterest tiktok snapchat reddit tumblr flickr spotify soundcloud deezer twitch youtube strava fitbit garmin withings foursquare yelp tripadvisor mapbox maptiler mapquest tomtom hereapi locationiq opencage geocodio geocodify geoapify graphhopper positionstack ipstack ipinfo ipapi ipgeolocation ipdata ip2location abstractapi maxmind openweather openweathermap weatherbit weatherstack accuweather climacell tomorrowio stormglass visualcrossing aeris rapidapi apilayer numverify veriphone userstack screenshotapi screenshotlayer scraperapi scrapingbee scrapingant scrapfly zenrows zenserp serpstack proxycrawl crawlbase phantombuster apify diffbot newsapi newscatcher mediastack currentsapi nytimes guardianapi unsplash pexels pixabay giphy nasdaqdatalink quandl edamam spoonacular calorieninja nutritionix adafruit ubidots particleio thingspeak blynk tuya shodan censys securitytrails virustotal urlscan greynoise abuseipdb hibp okta auth0 onelogin jumpcloud duosecurity fusionauth stytch workos clerk beamer launchdarkly optimizely splitio configcat flagsmith statsig rebrandly bitly meraki cisco sslmate digicert letsencrypt polymarket adobeio yubico',
]
  .join(' ')
  .split(' ');

/** Words of their own as well: they count only where another word of the name speaks of a key. */
const OTHER_PROVIDERS =
  'aws azure gcp google claude render railway fly ovh civo square gemini meta box linear segment elastic npm docker travis harness pulumi terraform vault infisical doppler redis neon atlas confluent zoom lob sidekiq column ramp mercury branch front loops customerio polygon messenger whatsapp line viber kakao naver amazon apple microsoft oracle ibm sap vmware github gitlab finage copper float rev daily cal intervals capsule vero';

const ALL = new Set([...DISTINCT_PROVIDERS, ...OTHER_PROVIDERS.split(' ')]);
const DISTINCT = new Set(DISTINCT_PROVIDERS);

export const isProvider = (word: string): boolean => ALL.has(word);

/** Nothing but the provider's name. */
export const isProviderName = (words: readonly string[]): boolean => DISTINCT.has(words.join(''));
