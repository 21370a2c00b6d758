using Console.Identity;
using ConsoleComponents.Languages;

namespace Console.Pages;

/// <summary>Language and theme, kept in cookies of their own; without them the browser's headers and settings decide.</summary>
internal static class Preferences
{
    public const string LanguageCookie = "language";
    public const string ThemeCookie = "theme";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public static void MapPreferences(this WebApplication app) =>
        app.MapGet("/preferences", (string? language, string? theme, string? back, HttpContext http) =>
        {
            var cookie = new CookieOptions
            {
                MaxAge = Kept,
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = !app.Environment.IsDevelopment(),
            };
            if (Language.Find(language) is { } chosen)
            {
                http.Response.Cookies.Append(LanguageCookie, chosen.Code, cookie);
            }
            if (theme is "light" or "dark")
            {
                http.Response.Cookies.Append(ThemeCookie, theme, cookie);
            }
            return Results.LocalRedirect(Sessions.LocalPath(back));
        });

    public static Language LanguageOf(HttpRequest request) =>
        Language.Choose(
            request.Cookies[LanguageCookie],
            (request.GetTypedHeaders().AcceptLanguage ?? [])
                .OrderByDescending(language => language.Quality ?? 1)
                .Select(language => language.Value.Value ?? "")
        );

    public static string? ThemeOf(HttpRequest request) => request.Cookies[ThemeCookie] is var theme and ("light" or "dark") ? theme : null;
}
