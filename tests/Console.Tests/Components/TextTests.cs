using System.Reflection;
using System.Text.RegularExpressions;
using Console.Identity;
using Console.Wording;
using ConsoleComponents.Formats;
using ConsoleComponents.Languages;

namespace Console.Tests.Components;

/// <summary>Languages, amounts and addresses.</summary>
public sealed class TextTests
{
    public static TheoryData<string> AllPhrases => [.. Fields().Select(NameOf)];

    [Theory]
    [MemberData(nameof(AllPhrases))]
    public void A_phrase_has_texts_in_both_languages_with_the_same_placeholders(string name)
    {
        var phrase = (Phrase)Fields().Single(one => NameOf(one) == name).GetValue(null)!;
        Assert.False(string.IsNullOrWhiteSpace(phrase.English) || string.IsNullOrWhiteSpace(phrase.Japanese));
        Assert.Matches("[A-Za-z]", phrase.English);
        Assert.Equal(Places(phrase.English), Places(phrase.Japanese));
    }

    [Theory]
    [InlineData(null, "ja,en;q=0.5", "ja")]
    [InlineData(null, "fr,ja-JP,en", "ja")]
    [InlineData(null, "fr", "en")]
    [InlineData(null, "", "en")]
    [InlineData("en", "ja", "en")]
    [InlineData("xx", "ja", "ja")]
    public void The_chosen_language_overrides_the_browsers_languages(string? chosen, string accepted, string expected) =>
        Assert.Equal(expected, Language.Choose(chosen, accepted.Split(',').Select(one => one.Split(';')[0])).Code);

    [Theory]
    [InlineData(1_234_567, "EUR", "12,345.67 EUR")]
    [InlineData(500, "JPY", "500 JPY")]
    [InlineData(1_500, "KWD", "1.500 KWD")]
    [InlineData(-5, "EUR", "-0.05 EUR")]
    public void An_amount_is_written_with_its_currency_and_the_currencys_decimals(long minor, string currency, string expected) =>
        Assert.Equal(expected, Money.Format(minor, currency));

    [Theory]
    [InlineData("12.50", "EUR", 1250L)]
    [InlineData(" 1,000 ", "EUR", 100_000L)]
    [InlineData("500", "JPY", 500L)]
    [InlineData("500.5", "JPY", null)]
    [InlineData("1.234", "EUR", null)]
    [InlineData("-1", "EUR", null)]
    [InlineData("99999999999999999999", "EUR", null)]
    [InlineData("", "EUR", null)]
    [InlineData(null, "EUR", null)]
    public void An_amount_is_parsed_exactly_or_refused(string? text, string currency, long? expected) =>
        Assert.Equal(expected, Money.Parse(text, currency));

    [Theory]
    [InlineData("/orders/1?x=2", "/orders/1?x=2")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("https://elsewhere.example", "/")]
    [InlineData("/\t/elsewhere.example", "/")]
    [InlineData("/\r\n/elsewhere.example", "/")]
    [InlineData("/заказы", "/")]
    [InlineData("/orders/%D0%B7?x=2%20", "/orders/%D0%B7?x=2%20")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void A_sign_in_redirects_only_to_this_site(string? back, string expected) => Assert.Equal(expected, Sessions.LocalPath(back));

    private static IEnumerable<FieldInfo> Fields() =>
        typeof(Phrases).GetFields().Concat(typeof(CommonPhrases).GetFields()).Where(one => one.FieldType == typeof(Phrase));

    private static string NameOf(FieldInfo phrase) => $"{phrase.DeclaringType!.Name}.{phrase.Name}";

    private static string Places(string text) =>
        string.Join(' ', Regex.Matches(text, @"\{\d\}").Select(place => place.Value).Order(StringComparer.Ordinal));
}
