using System.Globalization;

namespace ConsoleComponents.Languages;

/// <summary>A text of the pages in every language they come in. Places for values are written <c>{0}</c>.</summary>
public sealed record Phrase(string English, string Japanese)
{
    public string In(Language language) => language == Language.Japanese ? Japanese : English;
}

/// <summary>The language of a page, and how a request chooses it.</summary>
public sealed record Language(string Code, string Name)
{
    public static readonly Language English = new("en", "English");
    public static readonly Language Japanese = new("ja", "日本語");

    public static readonly IReadOnlyList<Language> All = [English, Japanese];

    public static Language? Find(string? code) =>
        code is null
            ? null
            : All.FirstOrDefault(language =>
                code.Equals(language.Code, StringComparison.OrdinalIgnoreCase)
                || code.StartsWith($"{language.Code}-", StringComparison.OrdinalIgnoreCase)
            );

    /// <summary>The one that was chosen by hand, else the first known one of those that the browser accepts, else English.</summary>
    public static Language Choose(string? chosen, IEnumerable<string> accepted) =>
        Find(chosen) ?? accepted.Select(Find).FirstOrDefault(found => found is not null) ?? English;
}

/// <summary>Reads phrases in the language of the page; a cascading value.</summary>
public sealed class Localizer(Language language)
{
    public Language Language => language;

    public string this[Phrase phrase] => phrase.In(language);

    public string this[Phrase phrase, params object?[] values] => string.Format(CultureInfo.InvariantCulture, phrase.In(language), values);
}
